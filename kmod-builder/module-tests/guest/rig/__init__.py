# SPDX-License-Identifier: Apache-2.0
"""The rig: what scenarios are written with. `from rig import …` is the only door.

- system: commands, files, waiting
- snapshot: the module's records, probes
- oracle: the kernel's own count of freed packets
- expect: exact expectations
- network: network namespaces, veth pairs, rules, cgroups
- traffic: sends packets
- by_hand: sends the segments of a TCP connection
- counters: other counters of the kernel
"""

from .by_hand import by_hand, checksum
from .counters import action_counts, nft_count, snmp, snmp_ext, tcp_ext
from .expect import Drop, ICMP, ICMPV6, expect, growth, settle
from .network import (
    cookie,
    enter_host,
    hardware_address,
    inside,
    ip,
    neighbour,
    only_what_is_sent,
    refuses_port,
    router,
    sends_no,
    start_in_cgroup,
    stop,
)
from .oracle import Oracle, agreed, check_oracle
from .snapshot import Probe, Snapshot, records
from .system import (
    DEBUG_KERNEL,
    FOLDER,
    REASONS,
    Skip,
    control,
    kernel,
    read,
    refuses,
    release,
    rounds,
    sh,
    sysctl,
    until,
    write,
)
from .traffic import family_of, raw_fragment, raw_ip, raw_udp, syn, udp

__all__ = [
    "DEBUG_KERNEL",
    "Drop",
    "FOLDER",
    "ICMP",
    "ICMPV6",
    "Oracle",
    "Probe",
    "REASONS",
    "Skip",
    "Snapshot",
    "action_counts",
    "agreed",
    "by_hand",
    "check_oracle",
    "checksum",
    "control",
    "cookie",
    "enter_host",
    "expect",
    "family_of",
    "growth",
    "hardware_address",
    "inside",
    "ip",
    "kernel",
    "neighbour",
    "nft_count",
    "only_what_is_sent",
    "raw_fragment",
    "raw_ip",
    "raw_udp",
    "read",
    "records",
    "refuses",
    "refuses_port",
    "release",
    "rounds",
    "router",
    "sends_no",
    "settle",
    "sh",
    "snmp",
    "snmp_ext",
    "start_in_cgroup",
    "stop",
    "syn",
    "sysctl",
    "tcp_ext",
    "udp",
    "until",
    "write",
]
