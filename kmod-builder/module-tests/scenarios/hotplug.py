# SPDX-License-Identifier: Apache-2.0
"""A CPU that comes online later counts, too; nothing is lost while one goes and comes under
traffic; and what a CPU has counted stays when it goes."""
import contextlib
import os
import threading

import module
from rig import Drop, Probe, cookie, expect, kernel, read, rounds, settle, udp, write

PACKETS = 50
ROUNDS = rounds(10, 50)
PROBES = 16
MANY = "bookworm"  # run boots it as a guest to which CPUs can be added


def run():
    possible = read("/sys/devices/system/cpu/possible").strip()
    assert (possible == "0-239") == (kernel() == MANY), possible
    try:
        module.unload()
        online(1, False)
        module.load()
        late()
        under_traffic()
    finally:
        online(1, True)


def online(cpu, on):
    write(f"/sys/devices/system/cpu/cpu{cpu}/online", "1" if on else "0")


@contextlib.contextmanager
def on(cpu):
    """Runs the block on this CPU."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {cpu})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def late():
    """The module was loaded, and the probes are active, before the CPU comes online."""
    probes = [Probe(f"p{number}").activate() for number in range(PROBES - 1)]
    with expect(Drop(2 * PACKETS, "NO_SOCKET", 4, "udp", "in", "lo")):
        with on(0):
            udp("127.0.0.1", 9, PACKETS)
        online(1, True)
        with on(1):
            udp("127.0.0.1", 9, PACKETS)
        online(1, False)
    for probe in probes:
        counted = probe.read()
        assert own(counted) == 2 * PACKETS, counted.text
        assert "missing-cpus" not in counted.total.values, counted.text
        probe.deactivate()
        probe.remove()


def own(snapshot):
    return sum(
        cell.packets
        for cell in snapshot.cells
        if cell.netns == cookie() and cell.protocol == 17 and cell.family == 4
    )


def under_traffic():
    """A CPU goes and comes while packets are dropped, and probes come and go with all hooks."""
    probe = Probe("steady", "protocols=udp").activate()
    over, sent = threading.Event(), []

    def drop():
        while not over.is_set():
            udp("127.0.0.1", 9, 10)
            sent.append(10)

    thread = threading.Thread(target=drop)
    thread.start()
    try:
        for number in range(ROUNDS):
            online(1, number % 2 == 0)
            other = Probe("other", "stages=on").activate()
            online(1, number % 2 != 0)
            other.deactivate()
            other.remove()
    finally:
        over.set()
        thread.join()
    settle(probe)
    counted = probe.read()
    assert own(counted) == sum(sent) > 0, f"sent {sum(sent)}\n{counted.text}"
    probe.deactivate()
    probe.remove()
