"""A receiver that does not read: what its buffer can't take is dropped, where skb->dev is another thing already."""
import re
import socket

from rig import Drop, expect, read, udp

PACKETS = 400


def run():
    for family, address, table in ((4, "127.0.0.1", "udp"), (6, "::1", "udp6")):
        with socket.socket(socket.AF_INET6 if family == 6 else socket.AF_INET, socket.SOCK_DGRAM) as receiver:
            receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
            receiver.bind((address, 0))
            port = receiver.getsockname()[1]
            with expect(Drop(lambda p=port, t=table: dropped(t, p), "SOCKET_RCVBUFF", family, "udp", "in", "lo")):
                udp(address, port, PACKETS)
            received = drain(receiver)
            assert 0 < received < PACKETS and received + dropped(table, port) == PACKETS, f"{received} received, {dropped(table, port)} dropped"


def dropped(table, port):
    """What the kernel says of the socket: the last column."""
    return int(re.search(rf"^ *\d+: [0-9A-F]+:{port:04X} .* (\d+) *$", read(f"/proc/thread-self/net/{table}"), re.M).group(1))


def drain(receiver):
    receiver.setblocking(False)
    count = 0
    while True:
        try:
            receiver.recv(100)
        except BlockingIOError:
            return count
        count += 1
