# SPDX-License-Identifier: Apache-2.0
"""What a namespace's kernel sends by its own sockets and another namespace queues is counted for
the interface of that queue: such a socket does not hold its namespace, which may be removed by
then."""
import module
from rig import (
    ICMPV6,
    Drop,
    action_counts,
    cookie,
    expect,
    inside,
    neighbour,
    only_what_is_sent,
    records,
    sh,
    sysctl,
    udp,
    until,
)

SOLICITATIONS = 25


def run():
    sh("ip link add held type dummy; ip link set held up")
    sh("tc qdisc add dev held root netem delay 60s limit 1000")
    with neighbour() as name:
        only_what_is_sent()
        with inside(name):
            there = cookie()
            sysctl("net/ipv6/neigh/eth0/mcast_solicit", SOLICITATIONS)
            sysctl("net/ipv6/neigh/eth0/retrans_time_ms", 20)
        sh("tc qdisc add dev to-next ingress")
        with expect(
            Drop(SOLICITATIONS, "TC_INGRESS", 6, "icmpv6", "in", "to-next"),
            namespaces=[there],
            noise=[ICMPV6, Drop(None, None, 6, "udp", netns=there)],
        ):
            solicit(name, "fd09::77", "drop")
        solicit(name, "fd09::78", "mirred egress redirect dev held")
    until(
        lambda: there not in {record.cookie for record in records(f"{module.FOLDER}/namespaces")},
        "the namespace to be removed",
    )
    with expect(
        Drop(SOLICITATIONS, None, 6, "icmpv6", interface="held"), namespaces=[there], noise=[ICMPV6]
    ):
        sh("tc qdisc del dev held root")


def solicit(name, nobody, action):
    """The namespace solicits an address that nobody has, until it gives up. The action gets each
    solicitation."""
    sh("tc filter del dev to-next ingress")
    sh(
        "tc filter add dev to-next ingress protocol ipv6 prio 1 "
        f"flower ip_proto icmpv6 type 135 action {action}"
    )
    with inside(name):
        udp(nobody, 9, 1)
    until(
        lambda: action_counts("to-next") == [SOLICITATIONS],
        lambda: f"{SOLICITATIONS} solicitations, not {action_counts('to-next')}",
    )
    until(lambda: "FAILED" in sh(f"ip -n {name} neigh show {nobody}"), "the namespace to give up")
