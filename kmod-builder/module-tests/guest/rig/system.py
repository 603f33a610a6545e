# SPDX-License-Identifier: Apache-2.0
"""The machine: commands, files, sysctls, the module's control file, waiting."""

import errno
import os
import subprocess
import time

import module

FOLDER = module.FOLDER
REASONS = "reasons: kernel" in open(module.SETTINGS).read()  # False: this kernel has no reasons
LONG = os.path.exists("/mnt/rig/long")
DEBUG_KERNEL = os.path.exists("/sys/kernel/debug/kmemleak")


def rounds(short, long):
    """Number of repetitions: `short`, or with --long `long`.

    The debug kernel of `make safety` is more than ten times as slow and does a tenth, but at least
    `short`.
    """
    if not LONG:
        return short
    return max(short, long // 10) if DEBUG_KERNEL else long


class Skip(Exception):
    """The scenario does not apply to this kernel; the text says why."""


def kernel():
    """The name of this kernel in kernels.conf."""
    return read("/mnt/rig/kernel").strip()


def release():
    """The kernel version as a pair, to skip what a kernel lacks; never to choose an expectation."""
    return tuple(map(int, os.uname().release.split(".")[:2]))


def sh(command):
    """Runs a shell command and returns its output; raises with the output when it fails."""
    done = subprocess.run(["sh", "-euc", command], capture_output=True, text=True)
    if done.returncode:
        raise AssertionError(f"{command}\n{done.stdout}{done.stderr}")
    return done.stdout


def write(path, text):
    """Writes with a single write(2), as the module requires."""
    file = os.open(path, os.O_WRONLY)
    try:
        return os.write(file, text if isinstance(text, bytes) else text.encode())
    finally:
        os.close(file)


def read(path):
    """The whole content of a file, which need not be UTF-8."""
    with open(path, errors="surrogateescape", newline="\n") as file:
        return file.read()


def sysctl(name, value):
    """Sets a sysctl, in this network namespace where it is per namespace."""
    write(f"/proc/sys/{name}", str(value))


def control(text):
    """Sends one command to the module."""
    return write(f"{FOLDER}/control", text)


def refuses(number, action, *args):
    """Asserts that the action fails with this errno."""
    try:
        action(*args)
    except OSError as error:
        assert (
            error.errno == number
        ), f"{args}: {errno.errorcode[error.errno]} instead of {errno.errorcode[number]}"
    else:
        raise AssertionError(f"{args}: accepted instead of {errno.errorcode[number]}")


def until(condition, what, seconds=30):
    """Waits for a condition; raises with what it waited for on timeout."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what() if callable(what) else what}")
        time.sleep(0.02)
