# SPDX-License-Identifier: Apache-2.0
"""The stages by kprobe, which remains where a kernel has no ftrace, with a module that was compiled
without ftrace."""
import module
import stages
from rig import Probe


def run():
    module.unload()
    module.load(path=module.LESSER)
    probe = Probe("kprobes", "stages=on").activate()
    via = {name: record.via for name, record in stages.stages(probe).items()}
    probe.deactivate()
    probe.remove()
    functions = {name for name, way in via.items() if way != "tracepoint"}
    assert {
        "eth_type_trans",
        "ip_rcv",
        "ipv6_rcv",
        "tcp_v4_rcv",
        "tcp_v6_rcv",
        "udp_rcv",
        "udpv6_rcv",
    } <= functions, via
    assert all(via[name] == "kprobe" for name in functions), via
    stages.run()
