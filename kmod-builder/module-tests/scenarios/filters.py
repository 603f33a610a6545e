# SPDX-License-Identifier: Apache-2.0
"""Drops of seven kinds, and probes with a filter each: which kinds pass it. What does not pass is
counted as filtered.

Kind "a" has 1 packet, "b" 2, "c" 4 and so on, so any total tells which kinds are in it: a probe
that counts 5 packets has counted "a" and "c", written "ac" in the table of filters.
"""
import errno
import socket

import module
from rig import Probe, cookie, inside, neighbour, raw_fragment, records, refuses, settle, sh, udp

# The number of packets of each kind.
KINDS = {"a": 1, "b": 2, "c": 4, "d": 8, "e": 16, "f": 32, "g": 64}


def make_drops(name):
    udp("127.0.0.1", 1001, KINDS["a"])
    udp("::1", 1001, KINDS["b"])
    udp("127.0.0.2", 1002, KINDS["c"])
    udp("10.9.0.2", 1003, KINDS["d"])
    udp("fd09::2", 1003, KINDS["e"])
    for _ in range(KINDS["f"]):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
            assert client.connect_ex(("127.0.0.1", 1004)) != 0
    with inside(name):
        udp("127.0.0.1", 1002, KINDS["g"])


def kinds(probe):
    counted = probe.read().refused()
    return "".join(kind for kind, packets in KINDS.items() if counted & packets) + (
        "?" if counted >= 128 else ""
    )


def run():
    with neighbour() as name:
        with inside(name):
            there = cookie()
        here = cookie()
        # On a kernel without reasons every drop has the number 0.
        no_socket = next(
            (
                record.id
                for record in records(f"{module.FOLDER}/reasons")
                if record.name == "NO_SOCKET"
            ),
            0,
        )
        filters = {
            "": "abcdefg",
            "protocols=udp": "abcdeg",
            "protocols=tcp": "f",
            "protocols=tcp,udp": "abcdefg",
            "protocols=icmp,icmpv6,sctp,other": "",
            "families=4": "acdfg",
            "families=6": "be",
            "ports=1001": "ab",
            "ports=1002,1004": "cfg",
            "ports=7": "",
            "cidrs=127.0.0.2/32": "c",
            "cidrs=127.0.0.0/8": "acfg",
            "cidrs=10.9.0.0/24,fd09::/64": "de",
            "cidrs=0.0.0.0/0": "acdfg",
            "cidrs=::/0": "be",
            "cidrs=10.9.0.3/32": "",
            f"reasons={no_socket}": "abcdefg",
            f"exclude-reasons={no_socket}": "",
            "reasons=": "",
            "exclude-reasons=": "abcdefg",
            f"netns={there}": "deg",
            f"netns={here}": "abcf",
            f"netns={here},{there}": "abcdefg",
            "netns=": "",
            f"netns={there} families=4 protocols=udp ports=1003": "d",
        }
        todo = list(filters.items())
        for first in range(0, len(todo), 16):
            check(name, dict(todo[first : first + 16]))
        change(name, here, there)
    later_fragments()


def check(name, filters):
    probes = {text: Probe(f"f{number}", text).activate() for number, text in enumerate(filters)}
    make_drops(name)
    for text, probe in probes.items():
        settle(probe)
        assert (
            kinds(probe) == filters[text]
        ), f"'{text}' counts {kinds(probe)!r} instead of {filters[text]!r}\n{probe.read().text}"
        # There are also packets of neighbour discovery, a few per second.
        total = probe.read().total
        assert (
            127 <= total.packets + total.filtered < 147
        ), f"'{text}': counted and filtered are not all\n{probe.read().text}"
    for probe in probes.values():
        probe.deactivate()
        probe.remove()


def later_fragments():
    """A fragment that is not the first has no ports, whatever its first bytes look like."""
    # After routing: before it, 5.10 does not set the protocol of a raw packet.
    sh("nft add table inet t")
    sh("nft add chain inet t out '{ type filter hook postrouting priority 0; }'")
    sh("nft add rule inet t out ip daddr 127.0.0.9 drop")
    sh("nft add rule inet t out ip6 nexthdr 44 drop")
    for address in ("127.0.0.9", "::1"):
        probes = [
            Probe(name, options).activate()
            for name, options in (("port", "ports=1003"), ("protocol", "protocols=udp"))
        ]
        for part, with_port in ((0, 1), (5, 1), (0, 2)):
            refuses(errno.EPERM, raw_fragment, address, part, part, 1003)
            settle(probes[1])
            seen = [probe.read().total.packets for probe in probes]
            assert seen[0] == with_port, f"{address}, part {part}: {seen}"
        assert seen == [2, 3], f"{address}: {seen}"
        for probe in probes:
            probe.deactivate()
            probe.remove()
    sh("nft delete table inet t")


def change(name, here, there):
    """The namespaces may change while the probe counts; its epoch and counts stay."""
    probe = Probe("pods", f"netns={there}").activate()
    epoch = probe.read().probe.epoch
    make_drops(name)
    settle(probe)
    assert kinds(probe) == "deg"
    probe.command("set", f"netns={here}")
    udp("127.0.0.1", 1001, KINDS["a"])
    with inside(name):
        udp("127.0.0.1", 1001, KINDS["b"])
    settle(probe)
    assert kinds(probe) == "adeg" and probe.read().probe.epoch == epoch
    probe.command("set", "netns=")
    udp("127.0.0.1", 1001, KINDS["f"])
    settle(probe)
    assert kinds(probe) == "adeg"
    probe.deactivate()
    probe.command("set", f"netns={there},{here}")
    probe.remove()
