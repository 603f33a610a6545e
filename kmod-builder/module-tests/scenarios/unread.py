# SPDX-License-Identifier: Apache-2.0
"""Datagrams that are still unread when their socket is closed. By then UDP has data of its own in
place of skb->dev, and has released socket and route: their namespace is unknown."""
import socket

from rig import ICMPV6, Drop, expect, family_of, settle, udp

PACKETS = 70


def run():
    lo = socket.if_nametoindex("lo")
    for family, address in ((4, "127.0.0.1"), (6, "::1")):
        with socket.socket(family_of(address), socket.SOCK_DGRAM) as receiver:
            receiver.bind((address, 0))
            with expect(
                Drop(PACKETS, None, family, "udp", "in", netns=0, ifindex=lo),
                namespaces=[0],
                noise=[ICMPV6],
            ) as probe:
                udp(address, receiver.getsockname()[1], PACKETS)
                settle(probe)
                receiver.close()
