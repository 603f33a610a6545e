# SPDX-License-Identifier: Apache-2.0
"""Other counters of the kernel, to compare with."""

import json
import os
import re

from .system import read, sh


def tcp_ext():
    """All TcpExt counters of this network namespace (/proc/net/netstat) by name."""
    keys, values = [
        line.split()[1:]
        for line in read(f"/proc/{os.getpid()}/net/netstat").splitlines()
        if line.startswith("TcpExt:")
    ]
    return dict(zip(keys, map(int, values)))


def snmp_ext(name):
    """One of them."""
    return tcp_ext()[name]


def snmp(name):
    """A counter of this network namespace (/proc/net/snmp, snmp6), like `Udp6NoPorts`."""
    proc = f"/proc/{os.getpid()}/net"
    if "6" in name:
        return int(re.search(rf"^{name}\s+(\d+)", read(f"{proc}/snmp6"), re.M).group(1))
    group, counter = re.fullmatch(r"([A-Z][a-z]+)(.*)", name).groups()
    keys, values = [
        line.split()[1:]
        for line in read(f"{proc}/snmp").splitlines()
        if line.startswith(group + ":")
    ]
    return int(values[keys.index(counter)])


def action_counts(interface):
    """Packets of each action of the interface's ingress filters."""
    filters = json.loads(sh(f"tc -j -s filter show dev {interface} ingress"))
    return [
        action["stats"]["packets"]
        for each in filters
        for action in each.get("options", {}).get("actions", ())
    ]


def nft_count(counter):
    """Packets of a named nftables counter."""
    return int(re.search(r"packets (\d+)", sh(f"nft list counter inet t {counter}")).group(1))
