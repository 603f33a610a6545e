# SPDX-License-Identifier: Apache-2.0
"""Measures, inside a guest whose instructions are counted, what a packet costs under each observer,
and writes one JSON object a line to /mnt/out/bench.

Each case is measured beside the same boot's baseline, so that nothing but the observer differs.
"""

import contextlib
import json
import os
import subprocess
import sys
import time

sys.path[:0] = ["/mnt/rig/guest", "/mnt/rig/bench"]
import module  # noqa: E402

PACKETS, ROUNDS = (5000, 9) if os.path.exists("/mnt/rig/quick") else (20000, 9)
NAMESPACES = 20
KINDS = ("healthy", "drop", "refused", "tcp", "full", "forwarded")


def run(command):
    """Runs a command, and raises with what it said when it fails."""
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{command}\n{done.stdout}{done.stderr}")


def packets(kind):
    """The cost of a packet of this kind: the least of several rounds, because all else that a round
    may meet (a timer, another layout of memory) only adds to it."""
    command = ["/mnt/rig/packets", kind, str(PACKETS)]
    if kind == "forwarded":
        command = ["ip", "netns", "exec", "sender", *command]
    return min(
        float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        for _ in range(ROUNDS)
    )


def measure():
    return {kind: packets(kind) for kind in KINDS}


def control(text):
    with open(f"{module.FOLDER}/control", "w") as file:
        file.write(text)


@contextlib.contextmanager
def probe(name, options=""):
    who = f"{name} uid=u owner=o"
    control(f"add {who} {options}".strip())
    control(f"activate {who}")
    try:
        yield
    finally:
        control(f"deactivate {who}")
        control(f"remove {who}")


@contextlib.contextmanager
def inactive():
    """The module is there, and no probe counts."""
    module.load()
    try:
        yield
    finally:
        module.unload()


@contextlib.contextmanager
def active():
    with inactive(), probe("a"):
        yield


@contextlib.contextmanager
def two_probes():
    with inactive(), probe("a"), probe("b", "ports=9,7777 cidrs=127.0.0.0/8"):
        yield


@contextlib.contextmanager
def stages():
    with inactive(), probe("a", "stages=on"):
        yield


@contextlib.contextmanager
def process(command, ready, text=""):
    """An observer that runs beside, started until it says that it is ready."""
    log = open("/tmp/observer", "w+")
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=log, text=True)
    try:
        child.stdin.write(text)
        child.stdin.flush()
        for _ in range(3000):
            time.sleep(0.1)
            if ready in open("/tmp/observer").read():
                break
            if child.poll() is not None:
                raise RuntimeError(f"{command[0]} ended: {open('/tmp/observer').read()}")
        else:
            raise RuntimeError(
                f"{command[0]} does not say {ready!r}: {open('/tmp/observer').read()}"
            )
        time.sleep(0.5)
        yield
    finally:
        child.kill()  # some take a signal for a word to their prompt
        child.wait()


def dropwatch():
    return process(["stdbuf", "-oL", "dropwatch"], "Kernel monitoring activated", "start\n")


def bpftrace(program):
    return process(["bpftrace", "-B", "line", "-e", program], "Attach")


def bpftrace_rawtracepoint():
    return bpftrace("rawtracepoint:kfree_skb { @[arg2] = count(); }")


def bpftrace_tracepoint():
    return bpftrace("tracepoint:skb:kfree_skb { @[args.reason] = count(); }")


@contextlib.contextmanager
def perf_stat():
    child = subprocess.Popen(
        ["perf", "stat", "-a", "-e", "skb:kfree_skb", "sleep", "100000"], stderr=subprocess.DEVNULL
    )
    time.sleep(2)
    try:
        yield
    finally:
        child.kill()
        child.wait()


@contextlib.contextmanager
def bpf_same_key():
    if not os.path.ismount("/sys/fs/bpf"):
        run(["busybox", "mount", "-t", "bpf", "bpf", "/sys/fs/bpf"])
    run(
        [
            "bpftool",
            "-d",
            "prog",
            "loadall",
            "/mnt/rig/same_key.bpf.o",
            "/sys/fs/bpf/same_key",
            "autoattach",
        ]
    )
    try:
        yield
    finally:
        subprocess.run(["rm", "-rf", "/sys/fs/bpf/same_key"], check=True)


def open_counters():
    """What it costs to open the file with the kernel's own counters, which is when it is read."""
    costs = []
    for _ in range(ROUNDS):
        begin = time.perf_counter_ns()
        os.close(os.open(f"{module.FOLDER}/counters/a", os.O_RDONLY))
        costs.append(time.perf_counter_ns() - begin)
    return min(costs)


def cost_of_counters():
    """What each network namespace adds to that, with its loopback interface."""
    with inactive(), probe("a"):
        before = open_counters()
        for number in range(NAMESPACES):
            run(["ip", "netns", "add", f"counted{number}"])
        after = open_counters()
        for number in range(NAMESPACES):
            run(["ip", "netns", "del", f"counted{number}"])
    return (after - before) / NAMESPACES


SETS = {
    "module": (inactive, active, two_probes, stages),
    "dropwatch": (dropwatch,),
    "bpftrace": (bpftrace_rawtracepoint, bpftrace_tracepoint),
    "perf": (perf_stat,),
    "bpf": (bpf_same_key,),
}


NETWORK = """
ip link set lo up
ip netns add sender
ip link add to-sender type veth peer name eth0 netns sender
ip link add out type dummy
ip addr add 10.9.0.1/24 dev to-sender
ip addr add 10.8.0.1/24 dev out
ip link set to-sender up
ip link set out up
ip -n sender addr add 10.9.0.2/24 dev eth0
ip -n sender link set eth0 up
ip -n sender route add default via 10.9.0.1
echo 1 >/proc/sys/net/ipv4/ip_forward
nft -f - <<'N'
table inet t {
  chain out {
    type filter hook output priority 0
    udp dport 7777 drop
  }
  chain way {
    type filter hook forward priority 0
    udp dport 9 drop
  }
}
N
"""


def prepare():
    run(["sh", "-euc", NETWORK])


def main():
    os.environ.update(PATH="/usr/sbin:/usr/bin:/sbin:/bin", HOME="/tmp", LC_ALL="C.UTF-8")
    prepare()
    observers = open("/mnt/rig/observers").read().split()
    with open("/mnt/out/bench", "w", buffering=1) as out:
        measure()  # the first packets of each kind cost more
        base = measure()
        out.write(json.dumps({"name": "none", "kernel": os.uname().release, **base}) + "\n")
        for observer in observers:
            for case in SETS[observer]:
                with case():
                    cost = measure()
                added = {kind: round(cost[kind] - base[kind], 1) for kind in KINDS}
                out.write(
                    json.dumps({"name": case.__name__, "kernel": os.uname().release, **added})
                    + "\n"
                )
        if "module" in observers:
            with open("/mnt/out/counters", "w") as counters:
                counters.write(f"{cost_of_counters():.0f}\n")
        out.write("end\n")


try:
    main()
except BaseException:  # noqa: BLE001
    import traceback

    with open("/mnt/out/failed", "w") as failed:
        traceback.print_exc(file=failed)
finally:
    os.sync()
    subprocess.run(["busybox", "reboot", "-f"])
