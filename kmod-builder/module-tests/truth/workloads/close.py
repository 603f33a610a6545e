# SPDX-License-Identifier: Apache-2.0
"""The ways in which a connection ends, or a socket goes."""

import contextlib
import socket
import time

from measure import (
    HERE,
    LOCAL,
    at_once,
    connect,
    counting,
    datagrams,
    exchange,
    listener,
    pair,
    port_of,
    reset_when_closed,
    workload,
)
from rig import inside, sysctl, udp

CONNECTIONS = 5
ROUNDS = 3


def each_connection(end):
    """Calls end(client, server's side) for connections that were used in both directions."""
    with pair(), counting():
        for address in HERE:
            with listener(address) as server:
                for _ in range(CONNECTIONS):
                    client, connection = connect(server)
                    exchange(client, connection)
                    end(client, connection)


def late(first, second):
    first.close()
    assert second.recv(100) == b""
    time.sleep(0.1)  # the first side is in FIN_WAIT2 then
    second.close()


@workload
def close_client_at_once():
    each_connection(at_once)


@workload
def close_server_at_once():
    each_connection(lambda client, server: at_once(server, client))


@workload
def close_client_late():
    each_connection(late)


@workload
def close_server_late():
    each_connection(lambda client, server: late(server, client))


@workload
def close_same_moment():
    def both(client, server):
        client.close()
        server.close()

    each_connection(both)


def half_closed(first, second):
    """The first side has sent all, and reads what the second one still sends."""
    first.shutdown(socket.SHUT_WR)
    assert second.recv(100) == b""
    for _ in range(5):
        second.sendall(b"x" * 5000)
        time.sleep(0.01)
    second.close()
    assert len(rest(first)) == 25000
    first.close()


def rest(end):
    """All that comes until the other side closes."""
    return b"".join(iter(lambda: end.recv(65536), b""))


@workload
def close_half():
    each_connection(half_closed)


@workload
def close_half_server():
    each_connection(lambda client, server: half_closed(server, client))


@workload
def close_with_data():
    """The last data goes with the FIN."""

    def end(client, server):
        client.sendall(b"x" * 3000)
        client.close()
        assert len(rest(server)) == 3000
        server.sendall(b"")
        server.close()

    each_connection(end)


def by_reset(first, second):
    reset_when_closed(first)
    first.close()
    with contextlib.suppress(ConnectionResetError):
        second.recv(100)
    second.close()


@workload
def close_by_reset():
    each_connection(by_reset)


@workload
def close_by_server_reset():
    each_connection(lambda client, server: by_reset(server, client))


@workload
def close_then_reset():
    """A side that has closed gets more data, and answers with a RST."""

    def end(client, server):
        client.close()
        assert server.recv(100) == b""
        server.sendall(b"late")
        time.sleep(0.05)
        with contextlib.suppress(ConnectionError):
            server.sendall(b"later")
        server.close()

    each_connection(end)


@workload
def close_unread():
    """A side closes before it has read all that had come."""

    def end(client, server):
        client.sendall(b"x" * 3000)
        time.sleep(0.02)
        server.close()
        with contextlib.suppress(ConnectionResetError):
            client.recv(100)
        client.close()

    each_connection(end)


@workload
def close_unread_later():
    """A side closes before it has read all, and the other side has closed already."""

    def end(client, server):
        client.sendall(b"x" * 3000)
        client.close()
        time.sleep(0.02)
        server.close()

    each_connection(end)


@workload
def close_unread_datagrams():
    with counting():
        for address in LOCAL:
            with datagrams(address) as receiver:
                udp(address, port_of(receiver), 20)


@workload
def close_listener():
    """A listener closes while connections wait to be accepted."""
    with pair() as name, counting():
        for address in HERE:
            with listener(address) as server, inside(name):
                clients = [socket.create_connection(server.getsockname()[:2]) for _ in range(10)]
            for client in clients:
                with contextlib.suppress(ConnectionResetError):
                    client.recv(100)
                client.close()


def again(client_first):
    """Connections one after the other between the same two ports."""
    with pair() as name:
        with inside(name):
            sysctl("net/ipv4/tcp_tw_reuse", 1)
        with counting():
            for address, source in zip(HERE, ("10.9.0.2", "fd09::2")):
                with listener(address) as server:
                    for _ in range(ROUNDS):
                        one_more(server, name, source, client_first)
                        time.sleep(1.2)  # the least age at which a port is used again


def one_more(server, name, source, client_first):
    with inside(name):
        client = socket.socket(server.family)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    client.bind((source, 7777))
    client.connect(server.getsockname()[:2])
    connection, _ = server.accept()
    exchange(client, connection)
    at_once(*((client, connection) if client_first else (connection, client)))


@workload
def time_wait_reuse_client():
    again(client_first=True)


@workload
def time_wait_reuse_server():
    again(client_first=False)
