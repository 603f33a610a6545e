# SPDX-License-Identifier: Apache-2.0
"""Packets that this host can't route, for reasons of its own or because somebody decided so."""

import contextlib
import socket
import struct

from measure import HERE, LOCAL, counting, pair, workload
from rig import (
    inside,
    only_what_is_sent,
    raw_ip,
    raw_udp,
    router,
    sh,
    snmp_ext,
    sysctl,
    udp,
)

PACKETS = 20


@contextlib.contextmanager
def quiet_router():
    with router() as (left, right):
        only_what_is_sent("left", 9)
        only_what_is_sent("right", 8)
        sysctl("net/ipv4/icmp_ratelimit", 0)
        yield left, right


def from_left(addresses, expected=2 * PACKETS, before=None, **options):
    """Datagrams that are to be forwarded, and are lost on the way or refused."""
    with quiet_router() as (left, _):
        sh(before or "true")
        with counting(expected), inside(left):
            for address in addresses:
                udp(address, 9, PACKETS, **options)


@workload
def no_route():
    from_left(("10.77.0.1", "fd77::1"))


@workload
def ttl_expired():
    from_left(("10.8.0.2", "fd08::2"), hops=1)


@workload
def too_big():
    from_left(
        ("10.8.0.2", "fd08::2"), before="ip link set to-right mtu 1300", size=1400, whole=True
    )


@workload
def route_blackhole():
    from_left(
        ("10.77.0.1", "fd77::1"),
        before="ip route add blackhole 10.77.0.0/16; ip route add blackhole fd77::/16",
    )


@workload
def route_prohibited():
    from_left(
        ("10.77.0.1", "fd77::1"),
        before="ip route add prohibit 10.77.0.0/16; ip route add prohibit fd77::/16",
    )


@workload
def not_forwarding():
    """Packets for another address, at a host that is no router."""
    with pair() as name, counting(2 * PACKETS), inside(name):
        for address in ("10.77.0.1", "fd77::1"):
            udp(address, 9, PACKETS)


@workload
def reverse_path_filter():
    with pair() as name:
        sysctl("net/ipv4/conf/to-next/rp_filter", 1)
        sh(f"ip -n {name} addr add 10.66.0.1/32 dev lo")
        before = snmp_ext("IPReversePathFilter")
        with counting() as measured:
            with inside(name):
                udp(HERE[0], 9, PACKETS, source="10.66.0.1")
            measured.n = snmp_ext("IPReversePathFilter") - before
        assert measured.n == PACKETS, measured.n


@workload
def impossible_source():
    """Packets that claim to come from this host itself."""
    with pair() as name:
        with inside(name):
            sh("ip addr add 10.9.0.1/32 dev lo; ip route del local 10.9.0.1 table local")
            sysctl("net/ipv4/ip_nonlocal_bind", 1)
        with counting(PACKETS), inside(name):
            udp(HERE[0], 9, PACKETS, source="10.9.0.1")


@workload
def bad_checksum():
    with counting(2 * PACKETS):
        for address in LOCAL:
            for _ in range(PACKETS):
                raw_udp(address, 9, b"x" * 20, checksum=0xDEAD)


@workload
def icmp_bad_checksum():
    with counting(2 * PACKETS):
        for _ in range(PACKETS):
            raw_icmp(LOCAL[0])
            raw_icmp6(LOCAL[1])


ECHO, ECHO_6 = (bytes((kind, 0, 0xDE, 0xAD, 0, 1, 0, 1)) for kind in (8, 128))


def raw_icmp(address):
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as sender:
        sender.sendto(ECHO, (address, 0))


def raw_icmp6(address):
    """With its header, or the kernel would make the checksum right."""
    own = socket.inet_pton(socket.AF_INET6, address)
    header = struct.pack("!IHBB", 6 << 28, len(ECHO_6), socket.IPPROTO_ICMPV6, 64)
    with socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW) as sender:
        sender.sendto(header + own + own + ECHO_6, (address, 0))


@workload
def unknown_protocol():
    """Packets of a transport protocol that this kernel does not speak."""
    with counting(2 * PACKETS):
        for address in LOCAL:
            for _ in range(PACKETS):
                raw_ip(address, 253, b"x" * 20)
