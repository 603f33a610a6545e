# SPDX-License-Identifier: Apache-2.0
"""Datagrams in several packets."""

import time

from measure import HERE, LOCAL, counting, datagrams, pair, port_of, received, workload
from rig import inside, raw_fragment, sh, snmp, sysctl, udp, until

DATAGRAMS = 20


def deliver(copies=1):
    with pair() as name:
        if copies == 2:
            sh(f"tc -n {name} qdisc add dev eth0 root netem limit 10000 duplicate 100%")
        with counting():
            for address in HERE:
                with datagrams(address) as receiver:
                    for _ in range(DATAGRAMS):
                        with inside(name):
                            udp(address, port_of(receiver), 1, 4000)
                        time.sleep(0.02)
                        assert received(receiver) >= 1


@workload
def fragments_delivered():
    deliver()


@workload
def fragments_duplicated():
    """The network delivers each fragment twice."""
    deliver(2)


@workload
def fragments_refused():
    """A fragmented datagram for a closed port is one packet."""
    with pair() as name, counting(2 * DATAGRAMS), inside(name):
        for address in HERE:
            udp(address, 9, DATAGRAMS, 4000)


def incomplete(parts):
    sysctl("net/ipv4/ipfrag_time", 1)
    sysctl("net/ipv6/ip6frag_time", 1)
    with counting(2 * DATAGRAMS * len(parts)):
        for address, counter in zip(LOCAL, ("IpReasmTimeout", "Ip6ReasmTimeout")):
            before = snmp(counter)
            for number in range(DATAGRAMS):
                for part in parts:
                    raw_fragment(address, number, part)
            until(lambda: snmp(counter) - before >= DATAGRAMS, "all fragments to time out")


@workload
def fragments_time_out():
    """The first fragment comes, the others do not."""
    incomplete((0,))


@workload
def fragments_time_out_without_first():
    incomplete((1, 3))
