# SPDX-License-Identifier: Apache-2.0
"""What reaches this host but is not for it: groups, broadcasts, frames of others."""

import socket
import struct
import time

from icmp import mac_of, send_frames
from measure import counting, datagrams, pair, port_of, received, workload
from rig import family_of, inside, neighbour, sh, sysctl, udp

PACKETS = 20
OTHER = "02:00:00:00:00:77"
GROUPS = ("224.9.9.9", "ff02::99:9")


def to_group(address, port, packets=PACKETS, interface="eth0"):
    with socket.socket(family_of(address), socket.SOCK_DGRAM) as sender:
        index = socket.if_nametoindex(interface)
        if ":" in address:
            sender.setsockopt(
                socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, struct.pack("i", index)
            )
        else:
            sender.setsockopt(
                socket.IPPROTO_IP, socket.IP_MULTICAST_IF, struct.pack("4s4si", b"", b"", index)
            )
        for _ in range(packets):
            sender.sendto(b"x" * 64, (address, port))


def join(receiver, address, interface):
    index = socket.if_nametoindex(interface)
    if ":" in address:
        group = socket.inet_pton(socket.AF_INET6, address) + struct.pack("i", index)
        receiver.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, group)
    else:
        group = socket.inet_aton(address) + struct.pack("4si", b"", index)
        receiver.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group)


@workload
def group_not_joined():
    with pair() as name, counting(), inside(name):
        for group in GROUPS:
            to_group(group, 1001)


@workload
def group_of_others():
    """The interface has joined the group, but no socket wants this port."""
    with pair() as name, datagrams("0.0.0.0") as four, datagrams("::") as six:
        join(four, GROUPS[0], "to-next")
        join(six, GROUPS[1], "to-next")
        with counting(), inside(name):
            for group in GROUPS:
                to_group(group, 1001)


@workload
def group_received():
    """Each of two receivers gets its copy."""
    with pair() as name:
        for address, group in zip(("0.0.0.0", "::"), GROUPS):
            receivers = [socket.socket(family_of(address), socket.SOCK_DGRAM) for _ in range(2)]
            for each in receivers:
                each.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                each.bind((address, 1002))
                join(each, group, "to-next")
            if ":" in group:
                six = receivers
            else:
                four = receivers
        with counting():
            for group, receivers in zip(GROUPS, (four, six)):
                with inside(name):
                    to_group(group, 1002)
                time.sleep(0.1)
                assert [received(each) for each in receivers] == [PACKETS, PACKETS]


@workload
def group_sent():
    """What this host sends to a group comes back to itself, too."""
    with pair(), counting():
        for group in GROUPS:
            to_group(group, 1001, interface="to-next")


@workload
def broadcast_unheard():
    """Broadcasts that no socket waits for: DHCP of others, NetBIOS, …"""
    with pair() as name, counting(), inside(name), socket.socket(
        socket.AF_INET, socket.SOCK_DGRAM
    ) as sender:
        sender.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        for address in ("10.9.0.255", "255.255.255.255"):
            for _ in range(PACKETS):
                sender.sendto(b"x" * 64, (address, 137))


@workload
def frames_for_others():
    """An interface in promiscuous mode overhears packets for another host."""
    with pair() as name:
        sh("ip link set to-next promisc on")
        for address in ("10.9.0.77", "fd09::77"):
            sh(f"ip -n {name} neigh replace {address} lladdr {OTHER} dev eth0 nud permanent")
        with counting(), inside(name):
            udp("10.9.0.77", 9, PACKETS)
            udp("fd09::77", 9, PACKETS)


@workload
def frames_flooded_by_bridge():
    """A bridge sends a frame to all its ports while it does not know the address."""
    with pair() as name, neighbour("second", 8), neighbour("third", 7):
        sh("ip link add br0 type bridge")
        # Else its router solicitations meet ends that have no IPv6.
        sysctl("net/ipv6/conf/br0/disable_ipv6", 1)
        sh("ip link set br0 up")
        for each in (name, "second", "third"):
            sysctl(f"net/ipv6/conf/to-{each}/disable_ipv6", 1)
            with inside(each):
                sysctl("net/ipv6/conf/all/disable_ipv6", 1)
            sh(f"ip link set to-{each} master br0")
        sh(f"ip -n {name} neigh replace 10.9.0.77 lladdr {OTHER} dev eth0 nud permanent")
        time.sleep(1)
        with counting():
            with inside(name):
                udp("10.9.0.77", 9, PACKETS)
        sh("ip link del br0")


def frames(name, target, kind, payload=b"x" * 60):
    mac = bytes.fromhex(mac_of(name).replace(":", ""))
    target = bytes.fromhex(target.replace(":", ""))
    return [target + mac + struct.pack("!H", kind) + payload] * PACKETS


@workload
def lldp_unheard():
    """Switches announce themselves, and no program wants to know."""
    with pair() as name, counting():
        send_frames(name, frames(name, "01:80:c2:00:00:0e", 0x88CC))


@workload
def spanning_tree_unheard():
    """The frames of a switch's spanning tree have a length instead of a type."""
    sh("modprobe bridge")  # which handles such frames, where it has a bridge
    with pair() as name, counting():
        send_frames(name, frames(name, "01:80:c2:00:00:00", 38, bytes([0x42, 0x42, 3]) + bytes(35)))


@workload
def foreign_broadcasts():
    """Broadcasts of a protocol that this kernel does not speak."""
    with pair() as name, counting():
        send_frames(name, frames(name, "ff:ff:ff:ff:ff:ff", 0x88B5))


@workload
def vlan_of_others():
    """Frames of a VLAN that no interface of this host is in."""
    with pair() as name, counting():
        tagged = struct.pack("!HH", 77, 0x0800) + b"x" * 60
        send_frames(name, frames(name, "ff:ff:ff:ff:ff:ff", 0x8100, tagged))
