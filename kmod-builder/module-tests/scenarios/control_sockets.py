# SPDX-License-Identifier: Apache-2.0
"""Resets and ICMP that a namespace's kernel sends, and that are dropped with a queue of that
namespace, are counted for it, although their socket is shared by all namespaces and belongs to
the initial one by then. A queue that sorts keeps them in a tree, whose links overwrite the
device: then their namespace is unknown."""
import socket

from rig import (
    ICMPV6,
    Drop,
    cookie,
    expect,
    inside,
    neighbour,
    only_what_is_sent,
    sends_no,
    settle,
    sh,
    syn,
    sysctl,
    udp,
)

RESETS = 60
UNREACHABLE = 30  # fewer than the burst that the kernel's rate limit allows


def run():
    with neighbour() as name, sends_no(name, "icmpv6 type != 1"):
        only_what_is_sent()
        with inside(name):
            there = cookie()
            sysctl("net/ipv4/icmp_ratelimit", 0)
            sysctl("net/ipv6/icmp/ratelimit", 0)
            eth0 = {"netns": there, "ifindex": socket.if_nametoindex("eth0")}
        for sorts, answers in ((False, eth0), (True, {"netns": 0, "ifindex": 0})):
            # An IPv6 reset has no socket and, once it is queued, no route: its direction is
            # unknown.
            for family, net, icmp, direction in (
                (4, "10.9.0.", "icmp", "out"),
                (6, "fd09::", "icmpv6", "unknown"),
            ):
                sh(f"tc -n {name} qdisc add dev eth0 root netem delay 60s limit 1000")
                with inside(name):
                    udp(f"{net}1", 9, 1)
                if (
                    sorts
                ):  # All that follows is due before the first packet, so the queue has to sort.
                    sh(f"tc -n {name} qdisc change dev eth0 root netem delay 30s limit 1000")
                with expect(
                    Drop(RESETS, "NO_SOCKET", family, "tcp", "in", **eth0),
                    Drop(UNREACHABLE, "NO_SOCKET", family, "udp", "in", **eth0),
                    Drop(1, None, family, "udp", "out", **eth0),
                    Drop(RESETS, None, family, "tcp", direction, **answers),
                    Drop(UNREACHABLE, None, family, icmp, "out", **answers),
                    namespaces=(there, 0),
                    noise=[ICMPV6],
                ) as probe:
                    for _ in range(RESETS):
                        syn(f"{net}2", 9)
                    udp(f"{net}2", 9, UNREACHABLE)
                    settle(probe)
                    sh(f"tc -n {name} qdisc del dev eth0 root")
