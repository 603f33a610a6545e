# SPDX-License-Identifier: Apache-2.0
"""Packets that a classifier drops on ingress, before any protocol has handled them. They still have
the socket that sent them, so they are counted for its namespace."""
from rig import ICMPV6, Drop, action_counts, cookie, expect, inside, neighbour, sh, udp

PACKETS = 80


def run():
    with neighbour() as name:
        with inside(name):
            there = cookie()
        sh("tc qdisc add dev to-next ingress")
        for family, address, protocol in ((4, "10.9.0.1", "ip"), (6, "fd09::1", "ipv6")):
            sh(
                f"tc filter add dev to-next ingress protocol {protocol} prio {family} "
                "flower ip_proto udp dst_port 1001 action drop"
            )
            drop = Drop(PACKETS, "TC_INGRESS", family, "udp", "in", netns=there, ifindex=0)
            with expect(drop, namespaces=[there], noise=[ICMPV6]), inside(name):
                udp(address, 1001, PACKETS)
        counts = action_counts("to-next")
        assert counts == [PACKETS, PACKETS], counts
