# SPDX-License-Identifier: Apache-2.0
"""Sends packets, by sockets or built byte by byte."""

import errno
import socket
import struct

IP_MTU_DISCOVER, IPV6_MTU_DISCOVER, PMTUDISC_PROBE = 10, 23, 3
PROTOCOLS = {"none": 0, "icmp": 1, "tcp": 6, "udp": 17, "icmpv6": 58, "sctp": 132}


def refused_by(address):
    """Whether the address answers a connection attempt with a refusal."""
    with socket.socket(family_of(address), socket.SOCK_STREAM) as client:
        client.settimeout(1)
        try:
            return client.connect_ex((address, 9)) == errno.ECONNREFUSED
        except TimeoutError:
            return False


def family_of(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def udp(address, port, packets, size=64, source=None, hops=None, whole=False):
    """Sends datagrams from one unconnected socket, which gets no ICMP errors.

    `whole`: never fragmented, whatever the path MTU.
    """
    six = ":" in address
    with socket.socket(family_of(address), socket.SOCK_DGRAM) as sender:
        if source:
            sender.bind((source, 0))
        if hops:
            sender.setsockopt(
                *(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS)
                if six
                else (socket.IPPROTO_IP, socket.IP_TTL),
                hops
            )
        if whole:
            sender.setsockopt(
                *(socket.IPPROTO_IPV6, IPV6_MTU_DISCOVER)
                if six
                else (socket.IPPROTO_IP, IP_MTU_DISCOVER),
                PMTUDISC_PROBE
            )
        for _ in range(packets):
            sender.sendto(b"x" * size, (address, port))


def syn(address, port, protocol=socket.IPPROTO_TCP):
    """Sends one SYN and does not wait for the answer."""
    with socket.socket(family_of(address), socket.SOCK_STREAM, protocol) as client:
        client.setblocking(False)
        client.connect_ex((address, port))


def raw_ip(address, protocol, payload, flags=0, number=0):
    """Sends one packet with a hand-made IP header, whose source is its destination."""
    raw = socket.inet_pton(family_of(address), address)
    if ":" in address:
        header = struct.pack("!IHBB", 6 << 28, len(payload), protocol, 64) + raw + raw
    else:
        header = (
            struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), number, flags, 64, protocol, 0)
            + raw
            + raw
        )
    with socket.socket(family_of(address), socket.SOCK_RAW, socket.IPPROTO_RAW) as sender:
        sender.sendto(header + payload, (address, 0))


def raw_udp(address, port, data, checksum):
    """Sends a datagram with the given checksum."""
    raw_ip(
        address, PROTOCOLS["udp"], struct.pack("!HHHH", 5555, port, 8 + len(data), checksum) + data
    )


def raw_fragment(address, number, part=0, port=9):
    """Sends one fragment (64 bytes, more to follow) of a UDP datagram.

    Every fragment begins with a UDP header for the port, though only part 0 should.
    """
    data = struct.pack("!HHHH", 5555, port, 1000, 0) + b"x" * 56
    if ":" in address:
        raw_ip(address, 44, struct.pack("!BBHI", PROTOCOLS["udp"], 0, part * 64 | 1, number) + data)
    else:
        raw_ip(address, PROTOCOLS["udp"], data, flags=0x2000 | part * 8, number=number + 1)
