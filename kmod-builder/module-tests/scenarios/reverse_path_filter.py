# SPDX-License-Identifier: Apache-2.0
"""Packets whose source is not reached by the interface that they came in by: the kernel's own
filter for IPv4, a rule for IPv6."""
from rig import ICMPV6, Drop, expect, inside, neighbour, nft_count, sh, sysctl, udp

PACKETS = 40


def run():
    with neighbour() as name:
        sysctl("net/ipv4/conf/to-next/rp_filter", 1)
        sh(f"ip -n {name} addr add 10.66.0.1/32 dev lo")
        sh(f"ip -n {name} addr add fd66::1/128 dev lo nodad")
        with expect(
            Drop(PACKETS, "IP_RPFILTER", 4, "udp", "in", "to-next"), noise=[ICMPV6]
        ), inside(name):
            udp("10.9.0.1", 9, PACKETS, source="10.66.0.1")

        sh("nft add table inet t; nft add counter inet t rp")
        sh("nft add chain inet t pre '{ type filter hook prerouting priority raw; }'")
        sh(
            "nft add rule inet t pre meta nfproto ipv6 udp dport 9 "
            "fib saddr . iif oif missing counter name rp drop"
        )
        with expect(
            Drop(PACKETS, "NETFILTER_DROP", 6, "udp", "in", "to-next"), noise=[ICMPV6]
        ), inside(name):
            udp("fd09::1", 9, PACKETS, source="fd66::1")
        assert nft_count("rp") == PACKETS
