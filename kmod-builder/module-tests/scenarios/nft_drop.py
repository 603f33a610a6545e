# SPDX-License-Identifier: Apache-2.0
"""Packets that an nftables rule drops, on input and on output (when no interface is chosen yet),
over IPv4 and IPv6. The rule's own counter agrees."""
import errno
import socket

from rig import Drop, expect, nft_count, refuses, sh, udp

PACKETS = 150
RULES = """nft -f - <<'N'
table inet t {
  counter in4 {}
  counter in6 {}
  counter out4 {}
  counter out6 {}
  chain input {
    type filter hook input priority 0;
    meta nfproto ipv4 udp dport 1001 counter name in4 drop
    meta nfproto ipv6 udp dport 1001 counter name in6 drop
  }
  chain output {
    type filter hook output priority 0;
    meta nfproto ipv4 udp dport 1002 counter name out4 drop
    meta nfproto ipv6 udp dport 1002 counter name out6 drop
  }
}
N"""


def run():
    sh(RULES)
    for address, family in (("127.0.0.1", 4), ("::1", 6)):
        with expect(Drop(PACKETS, "NETFILTER_DROP", family, "udp", "in", "lo")):
            udp(address, 1001, PACKETS)
        assert nft_count(f"in{family}") == PACKETS
        with expect(Drop(PACKETS, "NETFILTER_DROP", family, "udp", "out", "")):
            try_udp(address, PACKETS)
        assert nft_count(f"out{family}") == PACKETS


def try_udp(address, packets):
    """The sender is told of each drop on output: EPERM."""
    with socket.socket(
        socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM
    ) as sender:
        for _ in range(packets):
            refuses(errno.EPERM, sender.sendto, b"x" * 64, (address, 1002))
