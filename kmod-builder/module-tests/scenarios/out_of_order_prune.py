# SPDX-License-Identifier: Apache-2.0
"""TCP segments that wait for a missing one until the buffer is full: for each segment that precedes
them, the youngest is dropped. There skb->dev is a link of a tree."""
from rig import ICMPV6, REASONS, Drop, by_hand, expect, neighbour, snmp_ext

SEGMENTS = 40
LENGTH = 20


def run():
    with neighbour() as name:
        for family, source, address in ((4, "10.9.0.50", "10.9.0.1"), (6, "fd09::50", "fd09::1")):
            with by_hand(name, source, address) as (_, client):
                before = snmp_ext("OfoPruned")
                # Before 5.18 TCP freed these segments without passing the tracepoint.
                drops = (
                    [Drop(None, "TCP_OFO_QUEUE_PRUNE", family, "tcp", "in", "to-next")]
                    if REASONS
                    else []
                )
                with expect(*drops, noise=[ICMPV6]):
                    # From the last to the second, with a gap before each: none can be merged,
                    # and each precedes all that wait.
                    for number in range(SEGMENTS, 1, -1):
                        client.send(number * 2 * LENGTH, b"x" * LENGTH)
                assert snmp_ext("OfoPruned") > before
