"""Answers of the kernel's own, resets and ICMP, that wait in a namespace's queue and are dropped with it, are that namespace's: their socket is one for all and says the host's by then."""
import socket

from rig import ICMPV6, Drop, cookie, expect, family_of, inside, neighbour, only_what_is_sent, settle, sh, snmp, sysctl, udp

RESETS = 60
UNREACHABLE = 30  # fewer than what the kernel sends at once, whatever it is asked


def run():
    with neighbour() as name:
        only_what_is_sent()
        with inside(name):
            there = cookie()
            sysctl("net/ipv4/icmp_ratelimit", 0)
            sysctl("net/ipv6/icmp/ratelimit", 0)
            eth0 = {"netns": there, "ifindex": socket.if_nametoindex("eth0")}
        # A reset of IPv6 has no socket, nor, once it is in the queue, a route: whether it came or went is not known.
        for family, address, icmp, sent, direction in ((4, "10.9.0.2", "icmp", "IcmpOutMsgs", "out"), (6, "fd09::2", "icmpv6", "Icmp6OutMsgs", "unknown")):
            sh(f"tc -n {name} qdisc add dev eth0 root netem delay 60s limit 1000")
            answers = Answers(name, sent)
            with expect(
                Drop(RESETS, "NO_SOCKET", family, "tcp", "in", **eth0),
                Drop(UNREACHABLE, "NO_SOCKET", family, "udp", "in", **eth0),
                Drop(RESETS, None, family, "tcp", direction, **eth0),
                Drop(answers, None, family, icmp, "out", **eth0),
                namespaces=(there,),
                noise=[ICMPV6],
            ) as probe:
                for _ in range(RESETS):
                    ask(address)
                udp(address, 9, UNREACHABLE)
                settle(probe)
                sh(f"tc -n {name} qdisc del dev eth0 root")
            assert answers() >= UNREACHABLE


class Answers:
    """What ICMP messages the namespace has sent since, as it counts itself: besides ours a few of neighbour discovery."""

    def __init__(self, name, counter):
        self.name, self.counter = name, counter
        self.before = self.now()

    def now(self):
        with inside(self.name):
            return snmp(self.counter)

    def __call__(self):
        return self.now() - self.before


def ask(address):
    """One SYN, whose answer nobody waits for."""
    with socket.socket(family_of(address)) as client:
        client.setblocking(False)
        client.connect_ex((address, 9))
