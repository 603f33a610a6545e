# SPDX-License-Identifier: Apache-2.0
"""A TCP connection whose client is this program: it sends what no kernel would send."""

import contextlib
import socket
import struct

from .network import inside
from .system import sh
from .traffic import family_of

PORT = 5000


class ByHand:
    """The client side of a connection, segment by segment, from an address that no kernel owns."""

    def __init__(self, source, target):
        self.family = family_of(target[0])
        self.source, self.target = source, target[0]
        self.port = target[1]
        self.raw = socket.socket(self.family, socket.SOCK_RAW, socket.IPPROTO_RAW)
        self.wire = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM)
        self.wire.bind(("eth0", 0x0800 if self.family == socket.AF_INET else 0x86DD))
        self.wire.settimeout(10)
        self.theirs = 0
        self.send(0, b"", syn=True)
        self.theirs = self.answer() + 1
        self.send(1, b"")

    def send(self, offset, data, syn=False):
        addresses = socket.inet_pton(self.family, self.source) + socket.inet_pton(
            self.family, self.target
        )
        tcp = (
            struct.pack(
                "!HHIIBBHHH",
                PORT,
                self.port,
                1000 + offset,
                self.theirs,
                5 << 4,
                0x02 if syn else 0x18,
                65535,
                0,
                0,
            )
            + data
        )
        check = checksum(addresses + struct.pack("!II", len(tcp), 6) + tcp)
        tcp = tcp[:16] + struct.pack("!H", check) + tcp[18:]
        if self.family == socket.AF_INET:
            header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp), 0, 0, 64, 6, 0) + addresses
        else:
            header = struct.pack("!IHBB", 6 << 28, len(tcp), 6, 64) + addresses
        self.raw.sendto(header + tcp, (self.target, 0))

    def answer(self):
        """The sequence number of the server's SYN."""
        while True:
            packet = self.wire.recv(2000)
            tcp = packet[20 if self.family == socket.AF_INET else 40 :]
            if tcp[:4] == struct.pack("!HH", self.port, PORT) and tcp[13] & 0x12 == 0x12:
                return struct.unpack("!I", tcp[4:8])[0]


def checksum(data):
    words = struct.unpack(f"!{(len(data) + 1) // 2}H", data + b"\0" * (len(data) % 2))
    total = sum(words)
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


@contextlib.contextmanager
def by_hand(name, source, address, buffer=4096):
    """The server's side of a connection, and a ByHand in the neighbour of this name as its client.

    The server's buffer has room for a few segments only, if it is not larger.
    """
    link = sh(f"ip -n {name} -o link show eth0").split("link/ether ")[1].split()[0]
    sh(f"ip neigh replace {source} lladdr {link} dev to-{name} nud permanent")
    with socket.socket(family_of(address)) as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        server.bind((address, 0))
        server.listen(1)
        with inside(name):
            client = ByHand(source, server.getsockname())
        connection, _ = server.accept()
        with connection:
            yield connection, client
