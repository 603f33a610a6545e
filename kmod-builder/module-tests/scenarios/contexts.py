# SPDX-License-Identifier: Apache-2.0
"""On each CPU, more processes than it can run at once drop what they send, softirqs on top of them
drop what a queue releases, and new tables are filled all the time: the sum is exactly what was
sent."""
import errno
import os

from rig import Probe, refuses, refuses_port, rounds, settle, sh, udp, until
from storm import reconfigure, sent_and_dropped, start, stop_reconfiguring

SENDERS = 4
PACKETS = rounds(4_000, 20_000)


def send(cpu):
    os.sched_setaffinity(0, {cpu})
    for _ in range(PACKETS // 200):
        for address in ("127.0.0.1", "::1"):
            for _ in range(50):
                refuses(errno.EPERM, udp, address, 1001, 1)  # dropped on output, in the process
            udp(address, 9, 50)  # dropped on input, when a timer has released it


def run():
    assert os.cpu_count() > 1, "both CPUs are needed"
    sh("tc qdisc add dev lo root netem delay 1ms limit 1000000")
    whole = Probe("whole").activate()
    with refuses_port(1001):
        senders = [start(send, number % 2) for number in range(SENDERS)]
        others = [start(reconfigure, seed) for seed in range(2)]
        for pid in senders:
            assert os.waitpid(pid, 0)[1] == 0, "a sender failed"
        stop_reconfiguring(others)
        until(
            lambda: sent_and_dropped(whole) >= SENDERS * PACKETS,
            lambda: f"all drops to be counted\n{whole.read().text}",
        )
    settle(whole)
    counted = whole.read()
    assert sent_and_dropped(whole) == SENDERS * PACKETS and counted.total.unkeyed == 0, counted.text
