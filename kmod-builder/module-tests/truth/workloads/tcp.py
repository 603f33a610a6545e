# SPDX-License-Identifier: Apache-2.0
"""TCP connections in use, where everything arrives in the end."""

import contextlib
import socket
import threading
import time

from measure import (
    HERE,
    at_once,
    connect,
    counting,
    datagrams,
    exchange,
    listener,
    pair,
    port_of,
    received,
    take,
    transfer,
    workload,
)
from rig import inside, sh, snmp_ext, sysctl, udp

CONNECTIONS = 5
SIZE = 1 << 19


@contextlib.contextmanager
def netem(options):
    """In the block netem treats what this end sends, and what the neighbour sends; None: it does
    not."""
    ends = ("tc qdisc add dev to-next", "tc -n next qdisc add dev eth0")
    for end, option in zip(ends, options):
        if option:
            sh(f"{end} root netem limit 10000 {option}")
    yield


def challenges():
    """Segments with SYN that both ends have got for a connection that exists."""
    here = snmp_ext("TCPSYNChallenge")
    with inside("next"):
        return here + snmp_ext("TCPSYNChallenge")


@workload
def tcp_bulk():
    with pair(), counting():
        for address in HERE:
            with listener(address) as server:
                client, connection = connect(server)
                transfer(client, connection, SIZE)
                transfer(connection, client, SIZE)
                exchange(client, connection)


@workload
def tcp_keepalive():
    """Idle connections whose both ends ask every second whether the other lives."""
    with pair(), contextlib.ExitStack() as open_ones:
        ends = []
        for address in HERE:
            server = open_ones.enter_context(listener(address))
            ends.append(connect(server))
        with counting():
            for each in (one for both in ends for one in both):
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 1)
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 1)
                each.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            time.sleep(5)
            for both in ends:
                exchange(*both)


@workload
def tcp_zero_window():
    """A reader that reads nothing for a while, and then everything."""
    with pair(), counting():
        for address in HERE:
            with listener(address) as server:
                server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
                client, connection = connect(server)
                thread = threading.Thread(target=client.sendall, args=(b"x" * SIZE,))
                thread.start()
                time.sleep(3)  # the sender asks again and again
                take(connection, SIZE)
                thread.join()


@workload
def tcp_small_window():
    """A reader that reads slowly, a few bytes at a time."""
    with pair(), counting():
        for address in HERE:
            with listener(address) as server:
                server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
                client, connection = connect(server)
                thread = threading.Thread(target=client.sendall, args=(b"x" * (SIZE // 8),))
                thread.start()
                for _ in range(SIZE // 8 // 1024):
                    take(connection, 1024)
                    time.sleep(0.005)
                thread.join()


@workload
def tcp_duplicates():
    """A network that delivers each packet twice."""
    with pair(), netem(["duplicate 100%"] * 2), counting() as measured:
        for address in HERE:
            with listener(address) as server:
                for _ in range(CONNECTIONS):
                    client, connection = connect(server)
                    exchange(client, connection)
                    at_once(client, connection)
                client, connection = connect(server)
                transfer(client, connection, SIZE // 4)
        measured.n = challenges()


def patient():
    """Lets this end wait for reordered segments instead of sending them again."""
    sysctl("net/ipv4/tcp_reordering", 300)
    sysctl("net/ipv4/tcp_recovery", 0)


@workload
def tcp_reordering():
    """A network that delivers a quarter of the packets earlier than others."""
    with pair() as name:
        patient()
        with inside(name):
            patient()
        with netem(["delay 20ms reorder 25% 50%"] * 2), counting():
            for address in HERE:
                with listener(address) as server:
                    client, connection = connect(server)
                    transfer(client, connection, SIZE // 2)
                    transfer(connection, client, SIZE // 2)


@workload
def tcp_late_answers():
    """A round trip that suddenly takes much longer: segments are sent again though none is lost."""
    with pair(), contextlib.ExitStack() as open_ones:
        ends = [connect(open_ones.enter_context(listener(address))) for address in HERE]
        for both in ends:
            exchange(*both)
        with netem((None, "delay 700ms")), counting():
            for client, connection in ends:
                client.sendall(b"x" * 100)
                take(connection, 100)
                connection.sendall(b"x" * 100)
                take(client, 100)
                client.sendall(b"x" * 3000)
                take(connection, 3000)
            time.sleep(2)


def with_late_handshakes(delays):
    with pair(), netem(delays), counting() as measured:
        for address in HERE:
            with listener(address) as server:
                exchange(*connect(server))
                time.sleep(1.5)
        measured.n = challenges()


@workload
def syn_sent_again():
    """SYNs that are under way longer than the client waits: each comes twice."""
    with_late_handshakes((None, "delay 1300ms"))


@workload
def syn_ack_sent_again():
    """Answers to SYNs that are under way longer than the client waits."""
    with_late_handshakes(("delay 1300ms", None))


@workload
def syn_cookies():
    """Connections without a request socket."""
    with pair():
        sysctl("net/ipv4/tcp_syncookies", 2)
        with counting():
            for address in HERE:
                with listener(address) as server:
                    for _ in range(CONNECTIONS):
                        client, connection = connect(server)
                        exchange(client, connection)
                        at_once(client, connection)


@workload
def fast_open():
    with pair() as name:
        sysctl("net/ipv4/tcp_fastopen", 3)
        with inside(name):
            sysctl("net/ipv4/tcp_fastopen", 3)
        with counting():
            for address in HERE:
                with listener(address) as server:
                    server.setsockopt(socket.IPPROTO_TCP, socket.TCP_FASTOPEN, 10)
                    for _ in range(5):
                        with inside(name):
                            client = socket.socket(server.family)
                        client.sendto(b"x" * 64, socket.MSG_FASTOPEN, server.getsockname()[:2])
                        connection, _ = server.accept()
                        take(connection, 64)
                        connection.sendall(b"x" * 64)
                        take(client, 64)
                        at_once(client, connection)


@workload
def deferred_accept():
    """A listener that wants to see data first, so it ignores the ACK of the handshake."""
    with pair():
        before = snmp_ext("TCPDeferAcceptDrop")
        with counting() as measured:
            for address in HERE:
                with listener(address) as server:
                    server.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 30)
                    for _ in range(CONNECTIONS):
                        with inside("next"):
                            client = socket.create_connection(server.getsockname()[:2])
                        time.sleep(0.01)
                        client.sendall(b"x" * 64)
                        connection, _ = server.accept()
                        take(connection, 64)
                        at_once(client, connection)
            measured.n = snmp_ext("TCPDeferAcceptDrop") - before


@workload
def udp_duplicates():
    with pair() as name, netem(["duplicate 100%"] * 2), counting():
        for address in HERE:
            with datagrams(address) as receiver:
                with inside(name):
                    udp(address, port_of(receiver), 50)
                time.sleep(0.3)
                assert received(receiver) == 100


@workload
def udp_delivered():
    with pair() as name, counting():
        for address in HERE:
            with datagrams(address) as receiver:
                for _ in range(20):
                    with inside(name):
                        udp(address, port_of(receiver), 20, 1000)
                    assert received(receiver) == 20
