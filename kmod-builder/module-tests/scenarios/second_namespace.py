# SPDX-License-Identifier: Apache-2.0
"""Drops in another network namespace, behind a veth pair, are told apart by its cookie, with the
interface's number there."""
import socket

from rig import ICMPV6, Drop, cookie, expect, inside, neighbour, udp

PACKETS = 100


def run():
    with neighbour() as name:
        with inside(name):
            there, eth0 = cookie(), socket.if_nametoindex("eth0")
        assert there != cookie()
        with expect(
            Drop(PACKETS, "NO_SOCKET", 4, "udp", "in", netns=there, ifindex=eth0),
            namespaces=[there],
            noise=[ICMPV6],
        ):
            udp("10.9.0.2", 9, PACKETS)
        with expect(
            Drop(PACKETS, "NO_SOCKET", 6, "udp", "in", netns=there, ifindex=eth0),
            namespaces=[there],
            noise=[ICMPV6],
        ):
            udp("fd09::2", 9, PACKETS)
        with inside(name), expect(Drop(PACKETS, "NO_SOCKET", 4, "udp", "in", "lo"), noise=[ICMPV6]):
            udp("127.0.0.1", 9, PACKETS)
