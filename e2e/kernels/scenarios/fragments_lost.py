"""Fragments whose datagram never becomes whole are dropped when their time is over; the packet is a link of a tree by then."""
from rig import ICMP, ICMPV6, Drop, expect, raw_fragment, release, snmp, sysctl, until

DATAGRAMS = 20


def run():
    sysctl("net/ipv4/ipfrag_time", 2)
    sysctl("net/ipv6/ip6frag_time", 2)
    # Kernel 7 looks for a way back before it tells the sender, and gives what that says of the loopback address.
    reason = ("FRAG_REASM_TIMEOUT", "IP_LOCALNET") if release() >= (6, 3) else "NOT_SPECIFIED"
    for family, address, counter in ((4, "127.0.0.1", "IpReasmFails"), (6, "::1", "Ip6ReasmFails")):
        before = snmp(counter)
        with expect(Drop(DATAGRAMS, reason, family, "udp", "in", "lo"), noise=[ICMP, ICMPV6]):
            for number in range(DATAGRAMS):
                raw_fragment(address, number)
            until(lambda b=before, c=counter: snmp(c) - b >= DATAGRAMS, "all fragments to be given up")
