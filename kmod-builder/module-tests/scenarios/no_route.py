# SPDX-License-Identifier: Apache-2.0
"""Packets that can't be forwarded because there is no route."""
from rig import ICMPV6, Drop, expect, inside, router, udp

PACKETS = 40


def run():
    with router() as (left, _):
        for family, address in ((4, "10.77.0.1"), (6, "fd77::1")):
            with expect(
                Drop(PACKETS, "IP_INNOROUTES", family, "udp", "in", "to-left"), noise=[ICMPV6]
            ), inside(left):
                udp(address, 9, PACKETS)
