# SPDX-License-Identifier: Apache-2.0
"""Packet sockets: sniffers and daemons that see copies of what others receive."""

import contextlib
import socket
import struct
import time

from groups import frames
from icmp import refuse_all, send_frames
from measure import HERE, NEXT, counting, datagrams, pair, port_of, received, workload
from rig import inside, udp

PACKETS = 50
ALL, IP, ARP, LLDP = 3, 0x0800, 0x0806, 0x88CC
SOL_PACKET, PACKET_RX_RING, PACKET_VERSION, TPACKET_V2 = 263, 5, 10, 1


@contextlib.contextmanager
def sniffer(protocol=ALL, kind=socket.SOCK_RAW, space=256, ring=False, refuse=False):
    """A packet socket at to-next; with this little space it takes one packet or two, and with
    `refuse` its filter takes none. Until it is bound it has no protocol, so that it gets nothing
    before all this is set."""
    with socket.socket(socket.AF_PACKET, kind) as packets:
        if refuse:
            refuse_all(packets)
        if space:
            packets.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, space)
        if ring:
            packets.setsockopt(SOL_PACKET, PACKET_VERSION, TPACKET_V2)
            packets.setsockopt(SOL_PACKET, PACKET_RX_RING, struct.pack("IIII", 4096, 1, 2048, 2))
        packets.bind(("to-next", protocol))
        yield packets


def incoming(name):
    for address in HERE:
        with datagrams(address) as receiver:
            with inside(name):
                udp(address, port_of(receiver), PACKETS, 200)
            time.sleep(0.1)
            assert received(receiver) == PACKETS


def outgoing(name):
    for address in NEXT:
        with inside(name):
            receiver = socket.socket(
                socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM
            )
            receiver.bind((address, 0))
        with receiver:
            udp(address, port_of(receiver), PACKETS, 200)
            time.sleep(0.1)
            assert received(receiver) == PACKETS


def beside(traffic, **options):
    """The traffic arrives, and a sniffer that does not read sees it. It closes unread."""
    with pair() as name, counting(), sniffer(**options):
        traffic(name)


@workload
def sniffer_of_outgoing_lags():
    beside(outgoing)


@workload
def sniffer_of_incoming_lags():
    beside(incoming)


@workload
def sniffer_with_ring_lags():
    with pair() as name, counting(), sniffer(ring=True, space=0):
        outgoing(name)
        incoming(name)


@workload
def sniffer_keeps_up():
    """As tcpdump: it reads all."""
    with pair() as name, counting(), sniffer(space=1 << 20) as packets:
        outgoing(name)
        incoming(name)
        assert received(packets) >= 4 * PACKETS


@workload
def sniffer_with_filter():
    """As tcpdump with an expression: it wants nothing of this."""
    with pair() as name, counting(), sniffer(refuse=True) as packets:
        outgoing(name)
        incoming(name)
        assert received(packets) == 0


@workload
def dhcp_client_lags():
    """A DHCP client sees the IP packets that come, and does not read them."""
    beside(incoming, protocol=IP, kind=socket.SOCK_DGRAM)


@workload
def arp_listener_lags():
    """A daemon that watches addresses sees the ARP requests, and does not read them."""
    with pair() as name, counting(), sniffer(protocol=ARP):
        send_frames(name, frames(name, "ff:ff:ff:ff:ff:ff", ARP, arp_request()))


def arp_request():
    return (
        struct.pack("!HHBBH", 1, 0x0800, 6, 4, 1)
        + bytes.fromhex("020000000099")
        + socket.inet_aton("10.9.0.99")
        + bytes(6)
        + socket.inet_aton("10.9.0.98")
    )


@workload
def lldp_listener_lags():
    """The daemon is the only receiver of these frames."""
    with pair() as name, counting() as measured, sniffer(protocol=LLDP) as packets:
        send_frames(name, frames(name, "01:80:c2:00:00:0e", LLDP) * 2)
        time.sleep(0.1)
        measured.n = 40 - received(packets)


@workload
def lldp_received():
    with pair() as name, counting(), sniffer(protocol=LLDP, space=1 << 20) as packets:
        send_frames(name, frames(name, "01:80:c2:00:00:0e", LLDP))
        time.sleep(0.1)
        assert received(packets) == 20
