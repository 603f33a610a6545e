# SPDX-License-Identifier: Apache-2.0
"""Packets between two other namespaces that a rule of this one drops on their way are counted for
this namespace, on the interface that they came in by."""
from rig import ICMPV6, Drop, expect, inside, nft_count, router, sh, udp

PACKETS = 70


def run():
    with router() as (left, _):
        sh("nft add table inet t; nft add counter inet t way")
        sh("nft add chain inet t way '{ type filter hook forward priority 0; }'")
        sh("nft add rule inet t way udp dport 1001 counter name way drop")
        for number, (family, address) in enumerate(((4, "10.8.0.2"), (6, "fd08::2")), 1):
            with expect(
                Drop(PACKETS, "NETFILTER_DROP", family, "udp", "in", "to-left"), noise=[ICMPV6]
            ), inside(left):
                udp(address, 1001, PACKETS)
            assert nft_count("way") == number * PACKETS
