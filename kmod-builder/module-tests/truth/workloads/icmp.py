# SPDX-License-Identifier: Apache-2.0
"""Pings, and what else ICMP carries on a healthy network."""

import contextlib
import ctypes
import socket
import struct
import time

from measure import HERE, NEXT, counting, pair, workload
from rig import checksum, family_of, hardware_address, inside, sh, sysctl, until

PINGS = 10
SO_ATTACH_FILTER = 26
SOL_RAW, ICMP_FILTER, ICMPV6_FILTER = 255, 1, 1


def ping_socket(address, kind):
    six = ":" in address
    return socket.socket(
        family_of(address), kind, socket.IPPROTO_ICMPV6 if six else socket.IPPROTO_ICMP
    )


def request(address, number):
    """An echo request; the kernel fills the checksum in for ICMPv6 and for datagram sockets."""
    kind = 128 if ":" in address else 8
    packet = struct.pack("!BBHHH", kind, 0, 0, 4711, number) + b"x" * 56
    return packet[:2] + struct.pack("!H", checksum(packet)) + packet[4:]


def ping(address, kind):
    """Pings and takes the answers; other ICMP packets are not for this ping."""
    with ping_socket(address, kind) as pinger:
        pinger.settimeout(10)
        for number in range(PINGS):
            pinger.sendto(request(address, number), (address, 0))
            answer = 129 if ":" in address else 0
            while True:
                packet = pinger.recv(2000)
                if kind == socket.SOCK_RAW and ":" not in address:
                    packet = packet[20:]
                if packet[0] == answer and packet[6:8] == struct.pack("!H", number):
                    break


def refuse_all(some_socket):
    """A classic BPF program of one instruction: return 0."""
    program = ctypes.create_string_buffer(struct.pack("HBBI", 6, 0, 0, 0))
    some_socket.setsockopt(
        socket.SOL_SOCKET,
        SO_ATTACH_FILTER,
        struct.pack("HxxxxxxQ", 1, ctypes.addressof(program)),
    )


@workload
def ping_raw_4():
    with pair(), counting():
        ping(NEXT[0], socket.SOCK_RAW)


@workload
def ping_raw_6():
    with pair(), counting():
        ping(NEXT[1], socket.SOCK_RAW)


@workload
def ping_datagram_4():
    with pair():
        sysctl("net/ipv4/ping_group_range", "0 2147483647")
        with counting():
            ping(NEXT[0], socket.SOCK_DGRAM)


@workload
def ping_datagram_6():
    with pair():
        sysctl("net/ipv4/ping_group_range", "0 2147483647")
        with counting():
            ping(NEXT[1], socket.SOCK_DGRAM)


@workload
def ping_beside_raw_sockets():
    """Daemons have raw sockets that let nothing of this through."""
    with pair(), contextlib.ExitStack() as daemons:
        sysctl("net/ipv4/ping_group_range", "0 2147483647")
        for address in NEXT:
            for _ in range(2):
                refuse_all(daemons.enter_context(ping_socket(address, socket.SOCK_RAW)))
        four = daemons.enter_context(ping_socket(NEXT[0], socket.SOCK_RAW))
        four.setsockopt(SOL_RAW, ICMP_FILTER, struct.pack("I", 0xFFFFFFFF))
        six = daemons.enter_context(ping_socket(NEXT[1], socket.SOCK_RAW))
        six.setsockopt(socket.IPPROTO_ICMPV6, ICMPV6_FILTER, b"\xff" * 32)
        with counting():
            for address in NEXT:
                ping(address, socket.SOCK_DGRAM)


@workload
def ping_raw_unread():
    """A raw socket that does not keep up gets copies only; the one that pings reads."""
    with pair(), contextlib.ExitStack() as daemons:
        sysctl("net/ipv4/ping_group_range", "0 2147483647")
        for address in NEXT:
            daemon = daemons.enter_context(ping_socket(address, socket.SOCK_RAW))
            daemon.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 256)
        with counting():
            for address in NEXT:
                ping(address, socket.SOCK_DGRAM)


@workload
def ping_from_outside():
    with pair() as name, counting(), inside(name):
        for address in HERE:
            ping(address, socket.SOCK_RAW)


@workload
def neighbour_discovery():
    """Both ends ask for the other's hardware address again and again."""
    with pair() as name:
        sh("ip neigh flush dev to-next nud all; ip -n next neigh flush dev eth0 nud all")
        with counting():
            for _ in range(5):
                for address in NEXT:
                    ping_once(address)
                with inside(name):
                    for address in HERE:
                        ping_once(address)
                sh("ip neigh flush dev to-next; ip -n next neigh flush dev eth0")


def ping_once(address):
    sysctl("net/ipv4/ping_group_range", "0 2147483647")
    with ping_socket(address, socket.SOCK_DGRAM) as pinger:
        pinger.settimeout(10)
        pinger.sendto(request(address, 1), (address, 0))
        pinger.recv(2000)


@workload
def duplicate_address_detection():
    """New addresses, about each of which the interface asks whether another host has it."""
    with pair() as name:
        with inside(name):
            sysctl("net/ipv6/conf/eth0/dad_transmits", 1)
        with counting():
            for number in range(16, 26):
                sh(f"ip -n {name} addr add fd09::{number:x}/64 dev eth0")
            time.sleep(3)
        assert "tentative" not in sh(f"ip -n {name} -6 addr show dev eth0")
        assert "dadfailed" not in sh(f"ip -n {name} -6 addr show dev eth0")


def send_frames(name, frames):
    """Sends frames from the neighbour."""
    with inside(name), socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sender:
        sender.bind(("eth0", 0))
        for frame in frames:
            sender.send(frame)


def mac_of(name):
    with inside(name):
        return hardware_address("eth0")


@workload
def arp_for_others():
    """ARP requests for addresses that this host has not, and announcements."""
    with pair() as name:
        mac = bytes.fromhex(mac_of(name).replace(":", ""))
        with counting():
            send_frames(name, [arp_frame(mac, 1, "10.9.0.2", f"10.9.0.{n}") for n in range(50, 70)])
            send_frames(name, [arp_frame(mac, 1, "10.9.0.2", "10.9.0.2") for _ in range(10)])
            send_frames(name, [arp_frame(mac, 2, "10.9.0.2", "10.9.0.2") for _ in range(10)])


def arp_frame(mac, operation, sender, target):
    return (
        b"\xff" * 6
        + mac
        + struct.pack("!HHHBBH", 0x0806, 1, 0x0800, 6, 4, operation)
        + mac
        + socket.inet_aton(sender)
        + (bytes(6) if operation == 1 else mac)
        + socket.inet_aton(target)
    )


def icmpv6(name, source, group, message, hops=255):
    """Sends an ICMPv6 message of the neighbour to a group; the kernel fills the checksum in."""
    with inside(name), socket.socket(
        socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6
    ) as sender:
        sender.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, hops)
        index = socket.if_nametoindex("eth0")
        if source:
            sender.bind((source, 0, 0, index))
        sender.sendto(message, (group, 0, 0, index))


def link_local(name):
    """The link-local address of a neighbour, which may send by it once it is known to be free."""
    show = f"ip -n {name} -6 -o addr show dev eth0 scope link"
    until(lambda: sh(f"{show} -tentative"), "the link-local address to be usable")
    return sh(show).split()[3][:-3]


@workload
def router_advertisements():
    """A router announces itself; and hosts ask for routers, which this one is none."""
    with pair() as name:
        address = link_local(name)
        with counting():
            for _ in range(10):
                icmpv6(
                    name,
                    address,
                    "ff02::1",
                    struct.pack("!BBHBBHII", 134, 0, 0, 64, 0, 0, 0, 0),
                )
                icmpv6(name, None, "ff02::2", struct.pack("!BBHI", 133, 0, 0, 0))


@workload
def unsolicited_advertisements():
    """A neighbour announces its address to all."""
    with pair() as name, counting():
        for _ in range(10):
            target = socket.inet_pton(socket.AF_INET6, "fd09::2")
            icmpv6(
                name,
                "fd09::2",
                "ff02::1",
                struct.pack("!BBHI", 136, 0, 0, 0x20000000)
                + target
                + struct.pack("!BB", 2, 1)
                + bytes.fromhex(mac_of(name).replace(":", "")),
            )


@workload
def solicitations_for_others():
    """A neighbour asks for addresses that this host has not, but whose group it has joined."""
    with pair() as name, counting():
        for number in range(10):
            target = socket.inet_pton(socket.AF_INET6, f"fd09::{number + 16:x}:0:1")
            icmpv6(
                name,
                "fd09::2",
                "ff02::1:ff00:1",
                struct.pack("!BBHI", 135, 0, 0, 0)
                + target
                + struct.pack("!BB", 1, 1)
                + bytes.fromhex(mac_of(name).replace(":", "")),
            )


@workload
def group_membership():
    """Both ends join groups and leave them again, which MLD and IGMP report to the network."""
    with pair() as name, counting():
        for _ in range(3):
            join_and_leave("to-next")
            with inside(name):
                join_and_leave("eth0")
        time.sleep(2)


def join_and_leave(interface):
    index = socket.if_nametoindex(interface)
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as six, socket.socket(
        socket.AF_INET, socket.SOCK_DGRAM
    ) as four:
        for number in range(5):
            group = socket.inet_pton(socket.AF_INET6, f"ff02::99:{number}")
            six.setsockopt(
                socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, group + struct.pack("i", index)
            )
            group = socket.inet_aton(f"224.9.9.{number}")
            four.setsockopt(
                socket.IPPROTO_IP,
                socket.IP_ADD_MEMBERSHIP,
                group + struct.pack("4si", bytes(4), index),
            )
        time.sleep(0.3)
