"""Fragments whose datagram never becomes whole are dropped when their time is over. The first is taken out of the tree where they wait and is whole again; the others are links of it
to the end, without a device and a route, and on 5.10 with a number where the socket would be: they are nobody's."""
import socket

from rig import ICMP, ICMPV6, Drop, expect, raw_fragment, release, snmp, sysctl, until

DATAGRAMS = 20


def run():
    sysctl("net/ipv4/ipfrag_time", 2)
    sysctl("net/ipv6/ip6frag_time", 2)
    # Kernel 7 looks for a way back before it tells the sender, and gives what that says of the loopback address.
    reason = ("FRAG_REASM_TIMEOUT", "IP_LOCALNET") if release() >= (6, 3) else "NOT_SPECIFIED"
    for family, address, counter in ((4, "127.0.0.1", "IpReasmFails"), (6, "::1", "Ip6ReasmFails")):
        nobodys = {"netns": 0, "ifindex": socket.if_nametoindex("lo")}
        for parts, drop in (((0,), Drop(DATAGRAMS, reason, family, "udp", "in", "lo")), ((1, 3), Drop(2 * DATAGRAMS, None, family, "udp", "in", **nobodys))):
            before = snmp(counter)
            with expect(drop, namespaces=[0], noise=[ICMP, ICMPV6]):
                for number in range(DATAGRAMS):
                    for part in parts:
                        raw_fragment(address, number, part)
                until(lambda b=before, c=counter: snmp(c) - b >= DATAGRAMS, "all fragments to be given up")
