# SPDX-License-Identifier: Apache-2.0
"""What must be counted, and the comparison with what was."""

import contextlib
import re
import socket
import time

from .network import cookie
from .oracle import Oracle, agreed, check_oracle
from .snapshot import Probe
from .system import REASONS
from .traffic import PROTOCOLS

# The functions in which 5.10, which has no reasons, drops for these reasons of newer kernels.
LOCATIONS = {
    "IP_INHDR": "ip6?_forward",
    "IP_INNOROUTES": "ip_error|ip6_pkt_drop",
    "IP_RPFILTER": "ip_rcv_finish_core.*",
    "NETFILTER_DROP": "nf_hook_slow",
    "NO_SOCKET": "__udp[46]_lib_rcv|tcp_v[46]_rcv",
    "PKT_TOO_BIG": "ip6?_forward",
    "QDISC_DROP": "__dev_queue_xmit|kfree_skb_list",
    "SOCKET_RCVBUFF": "udpv?6?_queue_rcv_one_skb",
    "TC_INGRESS": "__netif_receive_skb_core.*",
    "UDP_CSUM": "udpv?6?_queue_rcv_one_skb|__udp[46]_lib_rcv",
}


class Drop:
    """One expected cell; values that are None are not compared.

    The number of packets may be a function, which is called after the block. A reason may be a
    tuple, of which kernels give one or the other; on a kernel without reasons the location is
    compared instead. The interface is a name, or "" for a packet that had none yet. Where no drop
    of a block names a fact (tcp, to, socket), cells that differ in their facts only are added up.
    """

    def __init__(
        self,
        packets,
        reason=None,
        family=None,
        protocol=None,
        direction=None,
        interface=None,
        location=None,
        netns=None,
        **more,
    ):
        self.expected = {
            "packets": packets,
            "reason": reason if REASONS else "-",
            "family": family,
            "protocol": PROTOCOLS[protocol] if protocol else None,
            "direction": direction,
            "ifindex": interface and socket.if_nametoindex(interface)
            if interface is not None
            else None,
            "location": location,
            "netns": netns if netns is not None else cookie(),
            **more,
        }
        if not REASONS and not location:
            self.expected["location"] = LOCATIONS.get(
                reason if isinstance(reason, str) or not reason else reason[0]
            )
        if interface == "":
            self.expected["ifindex"] = 0

    def names_a_fact(self):
        return any(fact in self.expected for fact in FACTS)

    def fits(self, seen):
        for key, value in self.expected.items():
            if callable(value):
                value = value()
            if value is None or value == ():
                continue
            if key == "location":
                if not re.fullmatch(rf"({value})\+0x[0-9a-f]+", seen[key]):
                    return False
            elif key == "reason" and isinstance(value, (tuple, set)):
                if seen[key] not in value:
                    return False
            elif seen[key] != value:
                return False
        return True

    def __repr__(self):
        return " ".join(
            f"{key}={value() if callable(value) else value}"
            for key, value in self.expected.items()
            if value is not None
        )


# Noise of an interface that has just come up (neighbour discovery); on older kernels also errors
# when they are read from a socket.
ICMPV6 = Drop(None, protocol="icmpv6", netns=())
ICMP = Drop(None, protocol="icmp", netns=())

KEYS = ("reason", "location", "family", "protocol", "direction", "netns", "ifindex", "cgroup")
FACTS = ("tcp", "to", "socket")
COUNTS = ("packets", "segments", "bytes")


def sums(snapshot, keys):
    """The counts of the cells with the same keys; a fact that a cell does not have is "-"."""
    all_sums = {}
    for cell in snapshot.cells:
        name = tuple(cell.values.get(key, "-") for key in keys)
        counts = all_sums.setdefault(name, dict.fromkeys(COUNTS, 0))
        counts["module"] = cell.values.get("module", "-")
        for count in COUNTS:
            counts[count] += getattr(cell, count)
    return all_sums


def growth(before, after, keys=KEYS):
    """What the cells have grown by, as dictionaries; reasons by name."""
    names = {str(record.id): record.name for record in after.reasons}
    had = sums(before, keys)
    grown = []
    for name, now in sums(after, keys).items():
        old = had.get(name, dict.fromkeys(COUNTS, 0))
        if now["packets"] == old["packets"]:
            continue
        seen = {
            key: int(value) if value.isdigit() else value
            for key, value in zip(keys, name, strict=True)
        }
        seen.update({count: now[count] - old[count] for count in COUNTS})
        seen.update(reason=names[name[0]], module=now["module"])
        grown.append(seen)
    return grown


def match_all(expected, grown, namespaces, noise):
    """Checks that each expected drop is one cell, and that no other cell of these network
    namespaces grew, noise aside."""
    rest = [seen for seen in grown if seen["netns"] in namespaces]
    for drop in expected:
        for seen in rest:
            if drop.fits(seen):
                rest.remove(seen)
                break
        else:
            raise AssertionError(f"expected {drop}\ngot\n" + "\n".join(map(str, grown)))
    rest = [
        seen for seen in rest if not any(drop.fits({**seen, "packets": None}) for drop in noise)
    ]
    if rest:
        raise AssertionError(
            f"expected {expected} and nothing else\ngot also\n" + "\n".join(map(str, rest))
        )


@contextlib.contextmanager
def expect(*drops, namespaces=(), noise=()):
    """Counts what the block drops and compares.

    A probe without filter must have counted exactly these drops in this network namespace (and in
    the given ones), and nothing else except noise; the kernel's histogram must agree.
    """
    oracle = Oracle()
    probe = Probe("expect").activate()
    try:
        before, oracle_before = agreed(probe, oracle)
        yield probe
        settle(probe)
        after, oracle_after = agreed(probe, oracle)
        facts = any(drop.names_a_fact() for drop in (*drops, *noise))
        keys = KEYS + FACTS if facts else KEYS
        match_all(drops, growth(before, after, keys), {cookie(), *namespaces}, noise)
        if oracle.available:
            check_oracle(before, after, oracle_before, oracle_after)
    finally:
        oracle.close()
        probe.deactivate()
        probe.remove()


def settle(probe):
    """Waits until the counts no longer change, so that packets in softirqs are counted."""
    last = None
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        now = probe.read().total.packets
        if now == last:
            return
        last = now
        time.sleep(0.05)
