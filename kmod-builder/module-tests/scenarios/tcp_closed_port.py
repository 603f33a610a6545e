# SPDX-License-Identifier: Apache-2.0
"""TCP to a port without a listener: each SYN is one drop, answered by a RST that is none."""
import socket

from rig import Drop, expect

PACKETS = 60


def run():
    for family, address, where in ((4, "127.0.0.1", "tcp_v4_rcv"), (6, "::1", "tcp_v6_rcv")):
        with expect(Drop(PACKETS, "NO_SOCKET", family, "tcp", "in", "lo", location=where)):
            for _ in range(PACKETS):
                with socket.socket(socket.AF_INET6 if family == 6 else socket.AF_INET) as client:
                    assert client.connect_ex((address, 9)) != 0
