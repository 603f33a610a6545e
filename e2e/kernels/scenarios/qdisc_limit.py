"""A queue that is full: what it can't take is dropped on the way out; the queue's own counter says the same."""
import json

from rig import ICMPV6, Drop, expect, neighbour, sh, sysctl, udp

PACKETS = 200


def run():
    with neighbour():
        only_udp()
        for family, address in ((4, "10.9.0.2"), (6, "fd09::2")):
            sh("tc qdisc add dev to-next root tbf rate 8kbit burst 1600 limit 3000")
            dropped = 0
            with expect(Drop(lambda: dropped, ("QDISC_DROP", "QDISC_OVERLIMIT"), family, "udp", "out", "to-next"), noise=[ICMPV6]):
                udp(address, 9, PACKETS, 400)
                dropped = json.loads(sh("tc -j -s qdisc show dev to-next"))[0]["drops"]
            assert PACKETS / 2 < dropped < PACKETS, f"{dropped} of {PACKETS} dropped"
            sh("tc qdisc del dev to-next root")


def only_udp():
    """Nobody asks whether a neighbour or a router is there: the queue would drop and count that too."""
    sysctl("net/ipv6/conf/to-next/router_solicitations", 0)
    here, there = (json.loads(sh(f"ip -j {where}"))[0]["address"] for where in ("link show to-next", "-n next link show eth0"))
    for net in ("10.9.0.", "fd09::"):
        sh(f"ip neigh replace {net}2 lladdr {there} dev to-next nud permanent")
        sh(f"ip -n next neigh replace {net}1 lladdr {here} dev eth0 nud permanent")
