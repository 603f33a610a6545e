# SPDX-License-Identifier: Apache-2.0
"""A receiver that does not read: what exceeds its buffer is dropped, where skb->dev is overwritten
already; also behind extension headers."""
import re
import socket

from rig import Drop, Probe, expect, family_of, read, settle

PACKETS = 400
IPV6_DSTOPTS = 59
PADDING = bytes(
    (0, 0, 1, 4, 0, 0, 0, 0)
)  # destination options without content: next header, length, PadN


def run():
    for family, address, table, options in (
        (4, "127.0.0.1", "udp", b""),
        (6, "::1", "udp6", b""),
        (6, "::1", "udp6", PADDING),
    ):
        with socket.socket(family_of(address), socket.SOCK_DGRAM) as receiver:
            receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
            receiver.bind((address, 0))
            port = receiver.getsockname()[1]
            filtered = Probe("filtered", f"ports={port} protocols=udp").activate()
            with expect(
                Drop(
                    lambda p=port, t=table: dropped(t, p),
                    "SOCKET_RCVBUFF",
                    family,
                    "udp",
                    "in",
                    "lo",
                )
            ):
                send(address, port, options)
            settle(filtered)
            lost = dropped(table, port)
            assert (
                filtered.read().total.packets == lost
            ), f"{lost} by port {port}\n{filtered.read().text}"
            filtered.deactivate()
            filtered.remove()
            received = drain(receiver)
            assert (
                0 < received < PACKETS and received + lost == PACKETS
            ), f"{received} received, {lost} dropped"


def send(address, port, options):
    with socket.socket(family_of(address), socket.SOCK_DGRAM) as sender:
        if options:
            sender.setsockopt(socket.IPPROTO_IPV6, IPV6_DSTOPTS, options)
        for _ in range(PACKETS):
            sender.sendto(b"x" * 64, (address, port))


def dropped(table, port):
    """The drops that the kernel counts for the socket: the last column."""
    return int(
        re.search(
            rf"^ *\d+: [0-9A-F]+:{port:04X} .* (\d+) *$",
            read(f"/proc/thread-self/net/{table}"),
            re.M,
        ).group(1)
    )


def drain(receiver):
    receiver.setblocking(False)
    count = 0
    while True:
        try:
            receiver.recv(100)
        except BlockingIOError:
            return count
        count += 1
