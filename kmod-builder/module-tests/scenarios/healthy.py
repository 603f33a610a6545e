# SPDX-License-Identifier: Apache-2.0
"""Traffic that arrives is no drop: datagrams, and TCP connections in use, over IPv4 and IPv6. Of an
orderly close the kernel frees one segment on its drop path, at one of two locations, and nothing
else."""
import socket

from rig import Drop, expect, read, until

PACKETS = 500
CONNECTIONS = 20


def purged(packets=None):
    """The last segment of a connection that both sides close at once. It was processed, and is in
    the queue of a socket that is destroyed. Before 6.6 the reason had no name of its own. The agent
    counts it as noise."""
    return Drop(
        packets,
        ("QUEUE_PURGE", "NOT_SPECIFIED"),
        location="sk_stream_kill_queues",
        protocol="tcp",
        direction="in",
    )


def answered_in_time_wait(packets=None, tcp="fin"):
    """The FIN of the second side after the first one's was acknowledged: a timewait socket answers
    it, and tcp_v4_rcv() frees it as a drop without a reason. On all kernels."""
    return Drop(
        packets,
        "NOT_SPECIFIED",
        location="tcp_v[46]_rcv",
        protocol="tcp",
        direction="in",
        tcp=tcp,
        socket="time-wait" if names_socket() else "-",
    )


def names_socket():
    """Whether the kernel says which socket was to receive a packet."""
    return "rx_sk" in read("/sys/kernel/tracing/events/skb/kfree_skb/format")


def sent_again(packets=None):
    """A duplicate FIN, which was sent again because its acknowledgement was late."""
    return Drop(packets, "TCP_OLD_DATA", location="tcp_data_queue", protocol="tcp", direction="in")


def acknowledged_again():
    """An acknowledgement that a timewait socket gets: of a FIN that was sent again, as in
    sent_again()."""
    return answered_in_time_wait(tcp="empty")


def run():
    # A slow machine repeats some of the FINs, because their acknowledgement is late.
    repeated = [sent_again(), acknowledged_again()]
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        with expect():
            datagrams(family, address)
        for server_first in (False, True):
            with expect(answered_in_time_wait(CONNECTIONS), noise=repeated):
                connections(family, address, server_first, close_late)
            # A slow machine acknowledges some of the first FINs before the second.
            with expect(purged(), noise=[answered_in_time_wait(), *repeated]):
                connections(family, address, server_first, socket.socket.close)


def datagrams(family, address):
    with socket.socket(family, socket.SOCK_DGRAM) as receiver, socket.socket(
        family, socket.SOCK_DGRAM
    ) as sender:
        receiver.bind((address, 0))
        for _ in range(PACKETS):
            sender.sendto(b"x" * 64, receiver.getsockname()[:2])
            assert len(receiver.recv(100)) == 64


def connections(family, address, server_first, close_second):
    """Connections one after the other, each used in both directions and closed by both sides."""
    with socket.create_server((address, 0), family=family) as server:
        for _ in range(CONNECTIONS):
            client = socket.create_connection(server.getsockname()[:2])
            connection, _ = server.accept()
            for _ in range(PACKETS // CONNECTIONS):
                client.sendall(b"x" * 64)
                assert len(connection.recv(100)) == 64
                connection.sendall(b"y" * 64)
                assert len(client.recv(100)) == 64
            first, second = (connection, client) if server_first else (client, connection)
            first.close()
            assert second.recv(100) == b""
            close_second(second)


def close_late(second):
    """Closes when the FIN of the other side is acknowledged, and it waits for ours."""
    # Sends the delayed acknowledgement now; otherwise the other side might repeat its FIN.
    second.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
    until(lambda: waits_for_fin(second.family), "the first FIN to be acknowledged")
    second.close()


def waits_for_fin(family):
    """Whether a socket is in FIN_WAIT2."""
    table = read("/proc/thread-self/net/" + ("tcp6" if family == socket.AF_INET6 else "tcp"))
    return any(line.split()[3] == "05" for line in table.splitlines()[1:])
