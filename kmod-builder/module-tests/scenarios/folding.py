# SPDX-License-Identifier: Apache-2.0
"""Many more namespaces and cgroups than there are cells are made, drop packets and are removed:
their counts stay in a sum, their cells are free again, and no count is lost. The same where a table
is full of live ones."""
import collections
import contextlib
import os
import struct
import threading

from rig import (
    REASONS,
    Probe,
    cookie,
    enter_host,
    inside,
    nft_count,
    raw_ip,
    refuses_port,
    settle,
    sh,
    udp,
    until,
    write,
)

ROUNDS = 3
EACH = 12  # namespaces in a round; a table has 16 cells
PACKETS = 7
KINDS = 64  # sums by kind of packet
CGROUPS = 30  # a fold is scheduled when more than half of the 16 cells are


def run():
    probe = Probe("churn", "cells=16").activate()
    gone = []
    beside = Beside()
    for number in range(ROUNDS):
        for name in (f"n{number}-{each}" for each in range(EACH)):
            sh(f"ip netns add {name}; ip -n {name} link set lo up")
            with inside(name):
                gone.append(cookie())
                udp("127.0.0.1", 9, PACKETS)
            sh(f"ip netns del {name}")
        wanted = (number + 1) * EACH * PACKETS
        until(
            lambda want=wanted: folded(probe) == want,
            lambda: f"{wanted} packets to be folded\n{probe.read().text}",
            60,
        )
        assert not any(
            cell.netns in gone for cell in probe.read().cells
        ), "cells of removed namespaces remain"
    sent = beside.stop()
    settle(probe)
    counted = probe.read()
    assert counted.total.unkeyed == 0, counted.text
    # A CPU whose backlog is full drops for another reason, at another location.
    alive = [
        cell.packets for cell in counted.cells if cell.netns == cookie() and cell.protocol == 17
    ]
    assert sum(alive) == sent > ROUNDS * PACKETS, f"{alive} of {sent}\n{counted.text}"
    assert folded(probe) == ROUNDS * EACH * PACKETS, counted.text
    probe.deactivate()
    probe.remove()
    scanned()
    filled()
    crowded()
    cgroups()


class Beside:
    """Drops packets in this namespace while others are folded; writes how many. It stays on one
    CPU: on another one its cell would be the oldest, and be folded, too."""

    def __init__(self):
        self.sent, self.over = 0, threading.Event()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        os.sched_setaffinity(0, {0})  # of this thread
        while not self.over.wait(0.02):
            udp("127.0.0.1", 9, 10)
            self.sent += 10

    def stop(self):
        self.over.set()
        self.thread.join()
        return self.sent


def scanned():
    """A sender chooses protocols and much else. Kinds of packets beyond the number of sums are
    folded without family and protocol, but with what distinguishes a lost packet."""
    probe = Probe("scanned", "cells=1024").activate()
    gone = []
    for name in ("scanned", "after"):
        sh(f"ip netns add {name}; ip -n {name} link set lo up")
        with inside(name):
            gone.append(cookie())
            scan()
            for hook in ("input", "output"):
                sh("nft add table inet t")
                sh(f"nft add chain inet t c '{{ type filter hook {hook} priority 0; }}'")
                sh("nft add rule inet t c drop")
                scan()
                sh("nft delete table inet t")
            udp("127.0.0.1", 9, PACKETS)
        settle(probe)
        before = probe.read()
        sh(f"ip netns del {name}")
        until(
            lambda: not kept_of(probe, gone),
            lambda: f"{kept_of(probe, gone)} cells to be folded",
            60,
        )
        after = probe.read()
        assert after.total.unkeyed == 0 and after.total.packets >= before.total.packets, after.text
        assert facts(before) <= facts(after), f"{before.text}\n{after.text}"
    sums = [cell for cell in after.cells if "gone" in cell.values]
    coarse = [cell for cell in sums if (cell.family, cell.protocol) == (0, 0)]
    assert len(sums) > KINDS and coarse, after.text
    assert any(cell.direction != "unknown" for cell in coarse), after.text
    probe.deactivate()
    probe.remove()


def scan():
    """Sends packets of each protocol that is distinguished, of others, and of each kind of TCP
    segment, over IPv4 and IPv6."""
    os.sched_setaffinity(0, {0})
    for protocol in (1, 2, 4, 6, 17, 41, 47, 50, 51, 58, 132, *range(200, 216)):
        for address in ("127.0.0.1", "::1"):
            with contextlib.suppress(PermissionError):  # a rule drops it as it is sent
                raw_ip(address, protocol, bytes(20))
    for address in ("127.0.0.1", "::1"):
        for flags in (1, 2, 4, 16):  # FIN, SYN, RST, ACK
            with contextlib.suppress(PermissionError):
                raw_ip(address, 6, struct.pack("!HHIIBBHHH", 5555, 9, 1, 1, 5 << 4, flags, 0, 0, 0))


def facts(snapshot):
    """Packets by what folding must keep."""
    counts = collections.Counter()
    for cell in snapshot.cells:
        keys = ("reason", "location", "direction", "tcp", "to", "socket")
        counts[tuple(cell.values.get(key) for key in keys)] += cell.packets
    return counts


def filled():
    """Nobody fills a table that has live namespaces only: the older half of its cells is folded."""
    probe = Probe("filled", "cells=16").activate()
    os.sched_setaffinity(0, {0})
    names = [f"f{number}" for number in range(20)]
    for name in names:
        sh(f"ip netns add {name}; ip -n {name} link set lo up")
    for name in names:
        with inside(name):
            udp("127.0.0.1", 9, 1)
    assert probe.read().total.unkeyed, "the table was not full"
    until(lambda: len(unfolded(probe)) <= 12, lambda: f"room\n{probe.read().text}", 60)
    before = probe.read().total.unkeyed
    udp("127.0.0.1", 9, PACKETS)
    settle(probe)
    after = probe.read()
    assert after.total.unkeyed == before, after.text
    own = [cell.packets for cell in after.cells if cell.netns == cookie() and cell.protocol == 17]
    assert sum(own) == PACKETS, after.text
    for name in names:
        sh(f"ip netns del {name}")
    probe.deactivate()
    probe.remove()


def unfolded(probe):
    return [cell for cell in probe.read().cells if "gone" not in cell.values]


def kept_of(probe, gone):
    return sum(cell.netns in gone for cell in probe.read().cells)


def crowded():
    """With more live namespaces than cells, packets without a cell are unkeyed, but counted in the
    total and under their reason."""
    probe = Probe("crowded", "cells=16").activate()
    names = [f"c{number}" for number in range(40)]
    for name in names:
        sh(f"ip netns add {name}; ip -n {name} link set lo up")
        with inside(name):
            udp("127.0.0.1", 9, PACKETS)
    settle(probe)
    counted = probe.read()
    assert counted.total.unkeyed > 0, counted.text
    refused = counted.refused() if REASONS else counted.total.packets
    assert (
        refused == len(names) * PACKETS or not REASONS and refused > len(names) * PACKETS
    ), counted.text
    for name in names:
        sh(f"ip netns del {name}")
    probe.deactivate()
    probe.remove()


def cgroups():
    """The same in the initial namespace, where cells have a cgroup. Nothing reports the removal of
    a cgroup, so reading the counters schedules the fold."""
    enter_host()
    sh("ip link set lo up")
    probe = Probe("cgroups", "cells=16 ports=1002").activate()
    with refuses_port(1002):
        for number in range(CGROUPS):
            drop_in_cgroup(f"/sys/fs/cgroup/c{number}")
            if number % 6 == 5:
                until(
                    lambda: len(kept(probe)) < 8,
                    lambda: f"less than half of the cells to be used\n{probe.read().text}",
                    60,
                )
        counted = probe.read()
        assert (
            nft_count("refused") == counted.total.packets == CGROUPS * PACKETS
            and counted.total.unkeyed == 0
        ), counted.text
    assert folded(probe, cookie()) >= (CGROUPS - 7) * PACKETS, counted.text
    probe.deactivate()
    probe.remove()


def kept(probe):
    return [cell for cell in probe.read().cells if cell.cgroup]


def drop_in_cgroup(folder):
    os.mkdir(folder)
    pid = os.fork()
    if pid == 0:
        try:
            write(f"{folder}/cgroup.procs", str(os.getpid()))
            os.sched_setaffinity(0, {0})  # each CPU has a table of its own
            for _ in range(PACKETS):
                with contextlib.suppress(PermissionError):
                    udp("127.0.0.1", 1002, 1)
            os._exit(0)
        finally:
            os._exit(1)
    assert os.waitpid(pid, 0)[1] == 0
    os.rmdir(folder)


def folded(probe, netns=0):
    sums = [cell for cell in probe.read().cells if "gone" in cell.values and cell.protocol == 17]
    assert all((cell.netns, cell.ifindex) == (netns, 0) for cell in sums)
    return sum(cell.packets for cell in sums)
