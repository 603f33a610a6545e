# SPDX-License-Identifier: Apache-2.0
"""UDP to a port without a receiver: one drop each, as NO_SOCKET. The kernel's own counter NoPorts
agrees."""
from rig import Drop, expect, release, snmp, udp

PACKETS = 200


def run():
    before = snmp("UdpNoPorts")
    with expect(
        Drop(
            PACKETS,
            "NO_SOCKET",
            4,
            "udp",
            "in",
            "lo",
            location="__udp4_lib_rcv|udp_rcv",
            segments=PACKETS,
            bytes=PACKETS * 92,
            cgroup=0,
        )
    ):
        udp("127.0.0.1", 9, PACKETS)
    assert snmp("UdpNoPorts") - before == PACKETS

    before = snmp("Udp6NoPorts")
    drops = [
        Drop(
            PACKETS,
            "NO_SOCKET",
            6,
            "udp",
            "in",
            "lo",
            location="__udp6_lib_rcv|udpv6_rcv",
            bytes=PACKETS * 112,
        )
    ]
    # The ICMPv6 errors that come back are processed; older kernels free them as if they were
    # dropped.
    if release() < (6, 3):
        drops.append(Drop(PACKETS, "NOT_SPECIFIED", 6, "icmpv6", "in", "lo", location="icmpv6_rcv"))
    with expect(*drops):
        udp("::1", 9, PACKETS)
    assert snmp("Udp6NoPorts") - before == PACKETS
