# SPDX-License-Identifier: Apache-2.0
"""UDP with a wrong checksum."""
from rig import Drop, expect, raw_udp

PACKETS = 50


def run():
    for family, address in ((4, "127.0.0.1"), (6, "::1")):
        with expect(Drop(PACKETS, "UDP_CSUM", family, "udp", "in", "lo")):
            for _ in range(PACKETS):
                raw_udp(address, 9, b"x" * 20, checksum=0xDEAD)
