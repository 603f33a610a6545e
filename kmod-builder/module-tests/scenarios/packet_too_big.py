# SPDX-License-Identifier: Apache-2.0
"""Packets to be forwarded that are larger than the next link and must not be fragmented."""
from rig import ICMPV6, Drop, expect, inside, router, sh, udp

PACKETS = 40
SIZE = 1400


def run():
    with router() as (left, _):
        sh("ip link set to-right mtu 1300")
        # IPv6 sets the outgoing interface before it checks the size.
        for family, address, header, interface in (
            (4, "10.8.0.2", 28, "to-left"),
            (6, "fd08::2", 48, "to-right"),
        ):
            drop = Drop(
                PACKETS,
                "PKT_TOO_BIG",
                family,
                "udp",
                "in",
                interface,
                bytes=PACKETS * (SIZE + header),
            )
            with expect(drop, noise=[ICMPV6]), inside(left):
                udp(address, 9, PACKETS, SIZE, whole=True)
