# SPDX-License-Identifier: Apache-2.0
"""What a cell says beside reason and location: the kind of a TCP segment, whom a packet is
addressed to, the state of the socket that received it."""
import fcntl
import os
import socket
import struct

from rig import (
    ICMPV6,
    Drop,
    Skip,
    cookie,
    expect,
    family_of,
    inside,
    neighbour,
    nft_count,
    raw_ip,
    refuses_port,
    sh,
    udp,
)

PACKETS = 20
FIN, SYN, RST, ACK = 1, 2, 4, 16
KINDS = {
    "syn": (SYN, b""),
    "rst": (RST, b"x"),
    "data": (FIN | ACK, b"x"),  # what it carries would be lost
    "fin": (FIN | ACK, b""),
    "empty": (ACK, b""),
}


def run():
    for address in ("127.0.0.1", "::1"):
        segments(address)
    with neighbour() as name:
        for address in ("224.9.9.9", "ff02::9"):
            group(name, address)
        broadcast(name)
        other_host(name)
        bridged(name)
    tun()


def family(address):
    return 6 if ":" in address else 4


def segments(address):
    """Each kind of segment, with and without TCP options, and one whose header is cut off."""
    sh("nft 'add table inet t; add chain inet t c { type filter hook input priority 0; }'")
    sh("nft 'add counter inet t seen; add rule inet t c meta l4proto tcp counter name seen drop'")
    for kind, (flags, payload) in KINDS.items():
        for options in (b"", b"\x01" * 12):
            with expect(
                Drop(PACKETS, "NETFILTER_DROP", family(address), "tcp", "in", "lo", tcp=kind)
            ):
                for _ in range(PACKETS):
                    raw_ip(address, socket.IPPROTO_TCP, segment(flags, options) + payload)
    with expect(Drop(PACKETS, "NETFILTER_DROP", family(address), "tcp", "in", "lo", tcp="-")):
        for _ in range(PACKETS):
            raw_ip(address, socket.IPPROTO_TCP, segment(SYN, b"")[:12])
    assert nft_count("seen") == PACKETS * (2 * len(KINDS) + 1)
    sh("nft delete table inet t")


def segment(flags, options):
    return (
        struct.pack("!HHIIBBHHH", 5555, 9, 1, 1, (20 + len(options)) // 4 << 4, flags, 1000, 0, 0)
        + options
    )


def group(name, address):
    """Datagrams to a group that no socket here has joined."""
    with expect(
        Drop(PACKETS, None, family(address), "udp", "in", "to-next", to="group"),
        noise=[ICMPV6],
    ), inside(name):
        multicast(address, 1001)


def multicast(address, port):
    with socket.socket(family_of(address), socket.SOCK_DGRAM) as sender:
        if ":" in address:
            index = struct.pack("i", socket.if_nametoindex("eth0"))
            sender.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)
        else:
            nic = struct.pack("4s4si", bytes(4), bytes(4), socket.if_nametoindex("eth0"))
            sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, nic)
        for _ in range(PACKETS):
            sender.sendto(b"x", (address, port))


def broadcast(name):
    with refuses_port(1001), expect(
        Drop(PACKETS, "NETFILTER_DROP", 4, "udp", "in", "to-next", to="broadcast"), noise=[ICMPV6]
    ), inside(name), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        for _ in range(PACKETS):
            sender.sendto(b"x", ("10.9.0.255", 1001))


def other_host(name):
    """Frames for another host, which an interface in promiscuous mode receives."""
    sh("ip link set to-next promisc on")
    sh(f"ip -n {name} neigh replace 10.9.0.77 lladdr 02:00:00:00:00:77 dev eth0 nud permanent")
    sent(name, "10.9.0.77", ("OTHERHOST", "NOT_SPECIFIED"), "ip_rcv_core.*", "other-host")


def sent(name, address, reason, location, to):
    """What is sent by the namespace still has its socket, so it is counted there."""
    with inside(name):
        there = cookie()
    drop = Drop(PACKETS, reason, 4, "udp", "in", location=location, netns=there, ifindex=0, to=to)
    with expect(drop, namespaces=[there], noise=[ICMPV6]), inside(name):
        udp(address, 9, PACKETS)


def bridged(name):
    """Frames that this host forwards as a bridge are for another host, too, but it has not just
    overheard them."""
    with neighbour("second", 8):
        sh("ip link add br0 type bridge; ip link set br0 up")
        sh("ip link set to-next promisc off; ip link set to-next master br0")
        sh("ip link set to-second master br0")
        hardware = sh("ip netns exec second cat /sys/class/net/eth0/address").strip()
        sh(f"ip -n {name} neigh replace 10.9.0.78 lladdr {hardware} dev eth0 nud permanent")
        sh("nft add table bridge t")
        sh("nft 'add chain bridge t c { type filter hook forward priority 0; }'")
        sh("nft 'add rule bridge t c udp dport 9 drop'")
        sent(name, "10.9.0.78", "NETFILTER_DROP", "nf_hook_slow|nft_do_chain", "-")
        sh("nft delete table bridge t; ip link del br0")


def tun():
    """What a program writes to a tun device comes in, though the packet has the device's socket."""
    try:
        sh("modprobe tun")
    except AssertionError:
        raise Skip("this kernel has no tun devices; all else is as expected") from None
    sh("ip tuntap add dev tun0 mode tun")
    sh("ip addr add 10.7.0.1/24 dev tun0; ip link set tun0 up")
    file = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(file, 0x400454CA, struct.pack("16sH22x", b"tun0", 0x1001))
    with expect(
        Drop(PACKETS, "NO_SOCKET", 4, "udp", "in", "tun0"), noise=[ICMPV6, Drop(None, netns=())]
    ):
        for _ in range(PACKETS):
            datagram = struct.pack("!HHHH", 5555, 9, 9, 0) + b"x"
            header = struct.pack("!BBHHHBBH", 0x45, 0, 29, 0, 0, 64, 17, 0) + bytes(
                [10, 7, 0, 2, 10, 7, 0, 1]
            )
            os.write(file, checked(header) + datagram)
    os.close(file)
    sh("ip link del tun0")


def checked(header):
    """An IP header with its checksum."""
    total = sum(struct.unpack("!10H", header))
    total = (total & 0xFFFF) + (total >> 16)
    return header[:10] + struct.pack("!H", ~(total + (total >> 16)) & 0xFFFF) + header[12:]
