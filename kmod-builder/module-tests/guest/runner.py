# SPDX-License-Identifier: Apache-2.0
"""The life of a guest, which its first process leads: each of the given names is run in a process
of its own, with the module freshly loaded; then the machine is switched off.

/mnt/out/results gets a line for each name, and for `prepare`: passed, failed or skipped, the name,
seconds, and the reason. /mnt/out/NAME.log has its output, /mnt/out/kernel.log the whole kernel log.
"""

import os
import signal
import subprocess
import sys
import time
import traceback

import kernel_log
import module

OUT = "/mnt/out"
NAME_SECONDS = 3600


def in_child(name, action):
    """Runs the action for one name, in a process and a network namespace of its own; its output
    goes to its log."""
    log = os.open(f"{OUT}/{name}.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.setsid()
    os.unshare(os.CLONE_NEWNET)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    # pylint: disable=import-outside-toplevel
    import rig

    try:
        action(name)
    except rig.Skip as skip:
        print(skip)
        return 77
    except Exception:  # noqa: BLE001 - any failure goes to the log
        traceback.print_exc(file=sys.stdout)
        return 1
    finally:
        sys.stdout.flush()
    return 0


def kill_group(pid):
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def wait_for(pid):
    deadline = time.monotonic() + NAME_SECONDS
    while time.monotonic() < deadline:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            kill_group(pid)
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    kill_group(pid)
    os.waitpid(pid, 0)
    return None


def last_line(name):
    lines = open(f"{OUT}/{name}.log", errors="replace").read().strip().splitlines()
    return lines[-1] if lines else ""


def run(name, action, kernel):
    """Loads the module for each name, so that none depends on another."""
    module.load()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            code = in_child(name, action)
        finally:
            os._exit(code)
    code = wait_for(pid)
    complaint = module.unload_whatever_is_active()
    bad = kernel.complaints()
    if bad:
        with open(f"{OUT}/{name}.log", "a") as log:
            log.write("kernel log:\n" + "\n".join(bad) + "\n")
        return "failed", "kernel log: " + bad[0]
    if code is None:
        return "failed", f"not finished after {NAME_SECONDS} s"
    if code == 77:
        return "skipped", last_line(name)
    if code != 0:
        return "failed", last_line(name)
    return ("failed", complaint) if complaint else ("passed", "")


def prepared(prepare, kernel):
    """Calls prepare() with the module loaded, because the rig wants to see it."""
    module.load()
    prepare()
    complaint = module.unload_whatever_is_active()
    bad = kernel.complaints()
    if bad:
        return "failed", "kernel log: " + bad[0]
    return ("failed", complaint) if complaint else ("passed", "")


def record(results, name, attempt):
    """Writes the line of one name: the result of the attempt, or its exception."""
    begin = time.monotonic()
    try:
        result, why = attempt()
    except Exception:  # noqa: BLE001
        result, why = "failed", traceback.format_exc().strip().splitlines()[-1]
    results.write(f"{result}\t{name}\t{time.monotonic() - begin:.1f}\t{why}\n")


def run_all(names, action, prepare):
    os.environ.update(PATH="/usr/sbin:/usr/bin:/sbin:/bin", HOME="/tmp", LC_ALL="C.UTF-8")
    kernel = kernel_log.KernelLog(f"{OUT}/kernel.log")
    # Messages of the boot are not caused by the module.
    kernel.complaints()
    with open(f"{OUT}/results", "w", buffering=1) as results:
        if prepare:
            record(results, "prepare", lambda: prepared(prepare, kernel))
        for name in names:
            record(results, name, lambda name=name: run(name, action, kernel))
        time.sleep(3)  # a module may leave work behind that fails after its unload
        bad = kernel.complaints()
        results.write(f"{'failed' if bad else 'passed'}\tkernel_log\t3\t{bad[0] if bad else ''}\n")
        leaks = kernel_log.leaks()
        if leaks is not None:
            with open(f"{OUT}/kmemleak.log", "w") as log:
                log.write(leaks)
            outcome, reason = ("failed", "memory is leaked") if leaks else ("passed", "")
            results.write(f"{outcome}\tkmemleak\t0\t{reason}\n")
        results.write("end\n")


def main(names, action, prepare=None):
    """Calls prepare() once, with the module loaded, and action(name) for each name, whatever
    happens to the others; then ends the machine."""
    try:
        run_all(names, action, prepare)
    finally:
        os.sync()
        # QEMU ends instead of rebooting (-no-reboot); a kernel without ACPI can't power off.
        subprocess.run(["busybox", "reboot", "-f"])
