# SPDX-License-Identifier: Apache-2.0
"""Connections that find the listener's queue full: the ACK that would end the handshake is dropped,
as often as the kernel counts an overflow."""
import contextlib
import errno
import socket
import struct

from rig import (
    ICMPV6,
    Drop,
    expect,
    family_of,
    inside,
    neighbour,
    sends_no,
    snmp_ext,
    sysctl,
    until,
)

CLIENTS = 4


def run():
    sysctl("net/ipv4/tcp_syncookies", 0)
    with neighbour() as name:
        for family, address in ((4, "10.9.0.1"), (6, "fd09::1")):
            with inside(name):
                clients = [socket.socket(family_of(address)) for _ in range(CLIENTS)]
            with socket.socket(family_of(address)) as server:
                server.bind((address, 0))
                server.listen(CLIENTS)
                with contextlib.ExitStack() as last:
                    overflow(name, server, clients, family, last)
                    server.close()


def overflow(name, server, clients, family, last):
    before = snmp_ext("ListenOverflows")
    where = server.getsockname()[:2]
    # The reason has changed several times between kernels.
    reasons = ("NOT_SPECIFIED", "TCP_LISTEN_OVERFLOW", "TCP_LISTENOVERFLOWS")
    # A slow machine sends a segment again; the late one of the two is out of date.
    late = Drop(None, "TCP_RFC7323_PAWS", family, "tcp", location="tcp_validate_incoming.*")
    with expect(
        Drop(lambda: snmp_ext("ListenOverflows") - before, reasons, family, "tcp", "in", "to-next"),
        noise=[ICMPV6, late],
    ):
        # The ACKs are held back until all SYNs are answered; then there is room for one.
        with sends_no(name, f"tcp dport {where[1]} tcp flags & (syn|ack) == ack"):
            for client in clients:
                client.setblocking(False)
                assert client.connect_ex(where) == errno.EINPROGRESS
            until(
                lambda: all(connected(client) for client in clients), "all clients to be answered"
            )
            server.listen(0)
        for client in clients:
            client.send(b"x")
        until(lambda: snmp_ext("ListenOverflows") - before >= CLIENTS - 1, "the queue to overflow")
        # They are closed without sending a FIN or an answer.
        last.enter_context(sends_no(name, f"tcp dport {where[1]}"))
        for client in clients:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.close()


def connected(client):
    try:
        client.getpeername()
        return True
    except OSError:
        return False
