# SPDX-License-Identifier: Apache-2.0
"""Fragments whose datagram stays incomplete are dropped after a timeout. The first is taken out of
the tree of waiting fragments and is intact. The others are still links of that tree, without
device and route, and on 5.10 with an offset in place of the socket: their namespace is unknown."""
import socket

from rig import ICMP, ICMPV6, Drop, expect, raw_fragment, release, snmp, sysctl, until

DATAGRAMS = 20


def run():
    sysctl("net/ipv4/ipfrag_time", 2)
    sysctl("net/ipv6/ip6frag_time", 2)
    # Linux 7 looks up a route back to the sender first, and reports what that says of loopback.
    reason = ("FRAG_REASM_TIMEOUT", "IP_LOCALNET") if release() >= (6, 3) else "NOT_SPECIFIED"
    for family, address, counter in ((4, "127.0.0.1", "IpReasmFails"), (6, "::1", "Ip6ReasmFails")):
        unknown = {"netns": 0, "ifindex": socket.if_nametoindex("lo")}
        for parts, drop in (
            ((0,), Drop(DATAGRAMS, reason, family, "udp", "in", "lo")),
            ((1, 3), Drop(2 * DATAGRAMS, None, family, "udp", "in", **unknown)),
        ):
            before = snmp(counter)
            with expect(drop, namespaces=[0], noise=[ICMP, ICMPV6]):
                for number in range(DATAGRAMS):
                    for part in parts:
                        raw_fragment(address, number, part)
                until(
                    lambda b=before, c=counter: snmp(c) - b >= DATAGRAMS,
                    "all fragments to time out",
                )
