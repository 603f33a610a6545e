# SPDX-License-Identifier: Apache-2.0
"""What kfree_skb() frees and is no packet is counted in notdrops: unread messages of unix sockets,
and netlink messages."""
import os
import socket

from rig import expect, settle

MESSAGES = 60
NETLINK_USERSOCK = 2


def run():
    with expect() as probe:
        before = probe.read().total.notdrops
        one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        with one:
            for _ in range(10):
                one.send(b"x" * 64)
            other.close()
        settle(probe)
        unread = probe.read().total.notdrops - before
    with expect() as probe:
        before = probe.read().total.notdrops
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_USERSOCK) as receiver:
            receiver.bind((os.getpid(), 0))
            with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_USERSOCK) as sender:
                for _ in range(MESSAGES):
                    sender.sendto(b"\x14\x00\x00\x00" + bytes(16), (os.getpid(), 0))
        settle(probe)
        netlink = probe.read().total.notdrops - before
    freed = f"{unread} unix, {netlink} netlink"
    assert (
        unread + netlink >= 10
    ), f"nothing was freed by kfree_skb: {freed}; the scenario shows nothing"
