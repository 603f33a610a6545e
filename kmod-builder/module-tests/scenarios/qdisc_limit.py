# SPDX-License-Identifier: Apache-2.0
"""A queue drops on output what exceeds its limit. The queue's own counter agrees."""
import json

from rig import ICMPV6, Drop, expect, neighbour, only_what_is_sent, sh, udp

PACKETS = 200


def run():
    with neighbour():
        only_what_is_sent()
        for family, address in ((4, "10.9.0.2"), (6, "fd09::2")):
            sh("tc qdisc add dev to-next root tbf rate 8kbit burst 1600 limit 3000")
            dropped = 0
            with expect(
                Drop(
                    lambda: dropped,
                    ("QDISC_DROP", "QDISC_OVERLIMIT"),
                    family,
                    "udp",
                    "out",
                    "to-next",
                ),
                noise=[ICMPV6],
            ):
                udp(address, 9, PACKETS, 400)
                dropped = json.loads(sh("tc -j -s qdisc show dev to-next"))[0]["drops"]
            assert PACKETS / 2 < dropped < PACKETS, f"{dropped} of {PACKETS} dropped"
            sh("tc qdisc del dev to-next root")
