# SPDX-License-Identifier: Apache-2.0
"""Packets that wait in a delaying queue, where skb->dev is a link of a tree, are dropped when the
queue is deleted."""
from rig import ICMPV6, Drop, expect, neighbour, only_what_is_sent, sh, udp

PACKETS = 60


def run():
    with neighbour():
        only_what_is_sent()
        for family, address in ((4, "10.9.0.2"), (6, "fd09::2")):
            sh("tc qdisc add dev to-next root netem delay 60s limit 1000")
            with expect(Drop(PACKETS, None, family, "udp", "out"), noise=[ICMPV6]):
                udp(address, 9, PACKETS)
                sh("tc qdisc del dev to-next root")
