# SPDX-License-Identifier: Apache-2.0
"""Packets whose headers do not all lie in the linear part: truncated, in a page of their own, or
from the ports on. What can't be read is unknown, and what a filter needs is fetched."""
import socket
import struct

from broken_headers import link_address
from rig import ICMPV6, Drop, Probe, cookie, expect, inside, neighbour, settle, sh

PACKETS = 30
PORT = 1003
ETHERNET, IP = 14, {4: 20, 6: 40}
SOL_PACKET, PACKET_VNET_HDR = 263, 15
# A packet of a page or more has only the link header in the linear part, unless its sender says
# otherwise (packet_snd()).
PAGE = 4096


def datagram(family, size):
    udp = struct.pack("!HHHH", 5555, PORT, 8 + size, 0) + b"x" * size
    if family == 4:
        return (
            struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0)
            + socket.inet_aton("10.9.0.2")
            + socket.inet_aton("10.9.0.1")
            + udp
        )
    addresses = b"".join(
        socket.inet_pton(socket.AF_INET6, address) for address in ("fd09::2", "fd09::1")
    )
    return struct.pack("!IHBB", 6 << 28, len(udp), 17, 64) + addresses + udp


def run():
    with neighbour() as name:
        sh(f"ip link set to-next mtu 9000; ip -n {name} link set eth0 mtu 9000")
        sh("tc qdisc add dev to-next ingress")
        with inside(name):
            there = cookie()
        target = link_address("to-next")
        for family, protocol, kind in ((4, "ip", 0x0800), (6, "ipv6", 0x86DD)):
            link = target + b"\2\0\0\0\0\1" + struct.pack("!H", kind)
            sh(
                f"tc filter add dev to-next ingress protocol {protocol} prio {family} "
                "flower src_mac 02:00:00:00:00:01 action drop"
            )
            whole, long = datagram(family, 64), datagram(family, PAGE)
            linear = ETHERNET + IP[family]
            # The frame, how much of it its sender calls headers, and what the module can read then:
            # the protocol, and the port of the datagram.
            for frame, headers, protocol_known, port_known in (
                (whole, None, True, True),
                (whole[: IP[family] - 1], None, False, False),
                (whole[: IP[family] + 3], None, True, False),
                (long, 0, False, False),
                (long, linear, True, True),
                (long, linear + 3, True, True),
            ):
                ports = Probe("ports", f"ports={PORT}").activate()
                want = Drop(
                    PACKETS,
                    "TC_INGRESS",
                    family,
                    "udp" if protocol_known else "none",
                    "in",
                    netns=there,
                    ifindex=0,
                )
                with expect(want, namespaces=[there], noise=[ICMPV6]), inside(name):
                    send(link + frame, headers)
                settle(ports)
                counted = ports.read()
                assert counted.total.packets == (
                    PACKETS if port_known else 0
                ), f"{len(frame)} bytes, {headers} of headers\n{counted.text}"
                ports.deactivate()
                ports.remove()


def send(frame, headers):
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as link:
        if headers is not None:
            link.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
            frame = struct.pack("=BBHHHH", 0, 0, headers, 0, 0, 0) + frame
        link.bind(("eth0", 0))
        for _ in range(PACKETS):
            link.send(frame)
