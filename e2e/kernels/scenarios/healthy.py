"""Traffic that arrives is no drop: datagrams and a TCP connection in use, over IPv4 and IPv6."""
import socket

from rig import expect, settle

PACKETS = 500


def run():
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        with socket.socket(family, socket.SOCK_DGRAM) as receiver, socket.socket(family, socket.SOCK_DGRAM) as sender:
            receiver.bind((address, 0))
            with expect():
                for _ in range(PACKETS):
                    sender.sendto(b"x" * 64, receiver.getsockname()[:2])
                    assert len(receiver.recv(100)) == 64
        with socket.create_server((address, 0), family=family) as server:
            with socket.create_connection(server.getsockname()[:2]) as client:
                connection, _ = server.accept()
                with connection, expect() as probe:
                    for _ in range(PACKETS):
                        client.sendall(b"x" * 64)
                        assert len(connection.recv(100)) == 64
                    settle(probe)
