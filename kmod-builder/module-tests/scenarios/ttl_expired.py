# SPDX-License-Identifier: Apache-2.0
"""Packets to be forwarded whose TTL or hop limit is used up."""
from rig import ICMPV6, Drop, expect, inside, router, udp

PACKETS = 40


def run():
    with router() as (left, _):
        for family, address in ((4, "10.8.0.2"), (6, "fd08::2")):
            with expect(
                Drop(PACKETS, "IP_INHDR", family, "udp", "in", "to-left"), noise=[ICMPV6]
            ), inside(left):
                udp(address, 9, PACKETS, hops=1)
