# SPDX-License-Identifier: Apache-2.0
"""Somebody decided that these packets are not received: closed ports, rules, filters."""

import contextlib
import errno
import os
import socket
import struct
import time

from icmp import refuse_all
from measure import (
    HERE,
    LOCAL,
    NEXT,
    counting,
    datagrams,
    needs,
    pair,
    port_of,
    received,
    workload,
)
from routes import quiet_router
from rig import action_counts, inside, nft_count, sh, syn, udp

PACKETS = 20


@workload
def udp_port_closed():
    with counting(2 * PACKETS):
        for address in LOCAL:
            udp(address, 9, PACKETS)


@workload
def udp_port_closed_to_network():
    """The sender gets an ICMP error."""
    with pair() as name, counting(2 * PACKETS), inside(name):
        for address in HERE:
            with socket.socket(
                socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM
            ) as sender:
                sender.connect((address, 9))
                sent = 0
                while sent < PACKETS:
                    with contextlib.suppress(ConnectionRefusedError):
                        sender.send(b"x" * 64)
                        sent += 1


@workload
def tcp_port_closed():
    with counting(2 * PACKETS):
        for address in LOCAL:
            refused(address)


def refused(address):
    for _ in range(PACKETS):
        with socket.socket(
            socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM
        ) as client:
            assert client.connect_ex((address, 9)) == errno.ECONNREFUSED


@workload
def tcp_port_closed_to_network():
    with pair() as name, counting(2 * PACKETS), inside(name):
        for address in HERE:
            refused(address)


def nft(rule, hook, family="inet", options="", action="drop"):
    """A base chain with one rule and its counter."""
    sh(
        f"""nft -f - <<'N'
table {family} t {{
  counter seen {{}}
  chain c {{
    type filter hook {hook} {options} priority 0;
    {rule} counter name seen {action}
  }}
}}
N"""
    )


def seen(family="inet"):
    text = sh(f"nft list counter {family} t seen")
    return int(text.split("packets ")[1].split()[0])


def sends(address, port=1001):
    """Sends datagrams, which may be refused with an error."""
    with socket.socket(
        socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM
    ) as sender:
        for _ in range(PACKETS):
            with contextlib.suppress(PermissionError, ConnectionRefusedError):
                sender.sendto(b"x" * 64, (address, port))


def by_rule(hook, family="inet", options="", action="drop", tcp=False):
    with pair() as name:
        nft(f"{'tcp' if tcp else 'udp'} dport 1001", hook, family, options, action)
        with counting() as measured:
            for here, there in zip(HERE, NEXT):
                if hook == "output":
                    sends(there)
                else:
                    with inside(name):
                        (syn if tcp else sends)(here, 1001)
            time.sleep(0.2)
            measured.n = seen(family)
        assert measured.n >= 2, measured.n


@workload
def nft_input():
    by_rule("input")


@workload
def nft_output():
    by_rule("output")


@workload
def nft_prerouting():
    by_rule("prerouting")


@workload
def nft_ingress():
    by_rule("ingress", "netdev", "device to-next")


@workload
def nft_reject():
    """The sender gets an ICMP error."""
    by_rule("input", action="reject")


@workload
def nft_reject_by_reset():
    by_rule("input", action="reject with tcp reset", tcp=True)


@workload
def nft_forward():
    with quiet_router() as (left, _):
        nft("udp dport 1001", "forward")
        with counting() as measured:
            with inside(left):
                for address in ("10.8.0.2", "fd08::2"):
                    udp(address, 1001, PACKETS)
            measured.n = seen()
        assert measured.n == 2 * PACKETS, measured.n


@workload
def nft_policy():
    """Nothing but what is allowed passes; the decision is the chain's policy."""
    with pair() as name:
        sh(
            """nft -f - <<'N'
table inet t {
  counter seen {}
  chain c {
    type filter hook input priority 0; policy drop;
    iifname != to-next accept
    meta l4proto != udp accept
    counter name seen
  }
}
N"""
        )
        with counting() as measured:
            with inside(name):
                for address in HERE:
                    udp(address, 1001, PACKETS)
            measured.n = seen()
        assert measured.n == 2 * PACKETS, measured.n


def by_iptables(variant, chain):
    with quiet_router() as (left, _):
        needs(f"iptables-{variant} -nL", f"this kernel has no iptables-{variant}")
        target = ("10.9.0.1", "fd09::1") if chain == "INPUT" else ("10.8.0.2", "fd08::2")
        for command in ("iptables", "ip6tables"):
            sh(f"{command}-{variant} -A {chain} -p udp --dport 1001 -j DROP")
        with counting() as measured:
            for address in target:
                if chain == "OUTPUT":
                    sends(address)
                else:
                    with inside(left):
                        udp(address, 1001, PACKETS)
            for command in ("iptables", "ip6tables"):
                line = sh(f"{command}-{variant} -nvxL {chain} | grep DROP | tail -n 1")
                measured.n += int(line.split()[0])
        assert measured.n == 2 * PACKETS, measured.n


@workload
def iptables_legacy_input():
    by_iptables("legacy", "INPUT")


@workload
def iptables_legacy_output():
    by_iptables("legacy", "OUTPUT")


@workload
def iptables_legacy_forward():
    by_iptables("legacy", "FORWARD")


@workload
def iptables_nft_input():
    by_iptables("nft", "INPUT")


@workload
def iptables_nft_forward():
    by_iptables("nft", "FORWARD")


@workload
def nfqueue_without_program():
    by_rule("input", action="queue to 7")


class Queue:
    """A program that decides about the packets of NFQUEUE, and refuses each."""

    SUBSYSTEM, CONFIG, VERDICT = 3, 2, 1

    def __init__(self, number):
        self.number = number
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)
        self.socket.bind((0, 0))
        self.socket.settimeout(1)
        bind = struct.pack("!BxH", 1, 0)
        copy = struct.pack("!IB", 0, 1)  # of each packet its description only
        self.send(self.CONFIG, self.attribute(1, bind))
        self.send(self.CONFIG, self.attribute(2, copy))

    @staticmethod
    def attribute(kind, data):
        return struct.pack("HH", 4 + len(data), kind) + data + bytes(-len(data) % 4)

    def send(self, kind, data):
        body = struct.pack("!BBH", 0, 0, self.number) + data
        head = struct.pack("IHHII", 16 + len(body), self.SUBSYSTEM << 8 | kind, 1, 1, 0)
        self.socket.send(head + body)

    def refuse_all(self):
        """Refuses what comes until nothing comes for a second; returns how many."""
        count = 0
        with contextlib.suppress(TimeoutError):
            while True:
                data = self.socket.recv(65536)
                if struct.unpack("H", data[4:6])[0] != self.SUBSYSTEM << 8:
                    continue
                # The first attribute is the packet's header, with its number.
                number = data[24:28]
                self.send(self.VERDICT, self.attribute(2, struct.pack("!I", 0) + number))
                count += 1
        return count


@workload
def nfqueue_refused():
    with pair() as name:
        nft("udp dport 1001", "input", action="queue to 7")
        queue = Queue(7)
        with counting() as measured:
            with inside(name):
                for address in HERE:
                    udp(address, 1001, PACKETS)
            measured.n = queue.refuse_all()
        assert measured.n == 2 * PACKETS, measured.n


@workload
def tc_ingress():
    with pair() as name:
        sh("tc qdisc add dev to-next clsact")
        for number, protocol in enumerate(("ip", "ipv6"), 1):
            sh(
                f"tc filter add dev to-next ingress protocol {protocol} prio {number} "
                "flower ip_proto udp dst_port 1001 action drop"
            )
        with counting() as measured:
            with inside(name):
                for address in HERE:
                    udp(address, 1001, PACKETS)
            measured.n = sum(action_counts("to-next"))
        assert measured.n == 2 * PACKETS, measured.n


@workload
def tc_egress():
    with pair():
        sh("tc qdisc add dev to-next clsact")
        for number, protocol in enumerate(("ip", "ipv6"), 1):
            sh(
                f"tc filter add dev to-next egress protocol {protocol} prio {number} "
                "flower ip_proto udp dst_port 1001 action drop"
            )
        with counting(2 * PACKETS):
            for address in NEXT:
                udp(address, 1001, PACKETS)


@workload
def tc_police():
    """A rate that somebody has set, which the traffic exceeds."""
    with pair() as name:
        sh(
            "tc qdisc add dev to-next clsact; tc filter add dev to-next ingress protocol ip prio 1 "
            "flower ip_proto udp action police rate 8kbit burst 1000 conform-exceed drop/pass"
        )
        with datagrams(HERE[0], SO_RCVBUF=1 << 20) as receiver:
            with counting() as measured:
                with inside(name):
                    udp(HERE[0], port_of(receiver), PACKETS)
                time.sleep(0.2)
                measured.n = PACKETS - received(receiver)
        assert measured.n, "no packet exceeds the rate"


@workload
def socket_filter_udp():
    """A receiver that has a filter."""
    with counting(2 * PACKETS):
        for address in LOCAL:
            with datagrams(address) as receiver:
                refuse_all(receiver)
                udp(address, port_of(receiver), PACKETS)


@workload
def socket_filter_tcp():
    """A listener that has a filter."""
    with counting() as measured:
        for address in LOCAL:
            with socket.create_server(
                (address, 0), family=socket.AF_INET6 if ":" in address else socket.AF_INET
            ) as server:
                refuse_all(server)
                for _ in range(PACKETS):
                    syn(address, port_of(server))
                    measured.n += 1


@workload
def ipsec_policy():
    """A policy of IPsec that blocks."""
    with pair() as name:
        for net, selector in (("10.9.0.2/32", "10.9.0.1/32"), ("fd09::2/128", "fd09::1/128")):
            needs(
                f"ip xfrm policy add dir in src {net} dst {selector} proto udp action block",
                "this kernel has no IPsec",
            )
        with datagrams("10.9.0.1") as four, datagrams("fd09::1") as six:
            with counting(2 * PACKETS), inside(name):
                for receiver in (four, six):
                    udp(receiver.getsockname()[0], port_of(receiver), PACKETS)
