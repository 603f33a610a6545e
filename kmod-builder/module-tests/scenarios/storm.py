# SPDX-License-Identifier: Apache-2.0
"""Both CPUs drop as fast as they can, while the counters are read and other probes are added and
removed: the sum is exactly what was sent."""
import os
import random

from rig import Probe, rounds, settle, udp, until

SENDERS = 2
PACKETS = rounds(25_000, 500_000)


def send(cpu):
    os.sched_setaffinity(0, {cpu})
    udp("127.0.0.1", 9, PACKETS // 2)
    udp("::1", 9, PACKETS // 2)


def start(action, *args):
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            action(*args)
            code = 0
        finally:
            os._exit(code)
    return pid


def reconfigure(seed):
    """Adds, reads, activates, deactivates and removes probes until it is killed."""
    dice = random.Random(seed)
    name = f"guest{seed}"
    while True:
        probe = Probe(name, dice.choice(("", "families=4", "ports=9", "cells=16", "protocols=tcp")))
        for _ in range(dice.randrange(4)):
            probe.activate()
            probe.read()
            if dice.random() < 0.5:
                probe.deactivate()
        probe.deactivate()
        probe.remove()


def stop_reconfiguring(pids):
    """Kills the processes, which must still be running."""
    for pid in pids:
        assert os.waitpid(pid, os.WNOHANG) == (
            0,
            0,
        ), "the process that adds and removes probes failed"
        os.kill(pid, 9)
        os.waitpid(pid, 0)


def run():
    whole = Probe("whole").activate()
    tiny = Probe("tiny", "cells=16").activate()
    senders = [start(send, cpu) for cpu in range(SENDERS)]
    others = [start(reconfigure, seed) for seed in range(2)]
    last = 0
    for pid in senders:
        while not os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            now = whole.read().total.packets
            assert now >= last, f"the total went down from {last} to {now}"
            last = now
        assert os.waitpid(pid, 0)[1] == 0, "a sender failed"
    stop_reconfiguring(others)
    until(
        lambda: sent_and_dropped(whole) >= SENDERS * PACKETS,
        lambda: f"all drops to be counted\n{whole.read().text}",
    )
    settle(whole)
    counted, in_a_few_cells = whole.read(), tiny.read()
    assert sent_and_dropped(whole) == SENDERS * PACKETS, counted.text
    assert sum(
        cell.bytes for cell in counted.cells if cell.protocol == 17
    ) == SENDERS * PACKETS // 2 * (92 + 112), counted.text
    assert (
        counted.total.unkeyed == 0 and counted.by_reason() == in_a_few_cells.by_reason()
    ), f"{counted.text}\n--\n{in_a_few_cells.text}"


def sent_and_dropped(probe):
    """Datagrams dropped for any reason: a CPU whose backlog is full drops some before they reach
    the closed port."""
    return sum(cell.packets for cell in probe.read().cells if cell.protocol == 17)
