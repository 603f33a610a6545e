# SPDX-License-Identifier: Apache-2.0
"""Packets at the stages of the receive and transmit path, on demand: each stage counts exactly the
datagrams that pass it, and no hook remains afterwards."""
import ctypes
import fcntl
import re
import socket
import struct

import module
from rig import Probe, inside, neighbour, read, release, settle, sh, sysctl, udp

PACKETS = 400
FUNCTIONS = "/sys/kernel/tracing/enabled_functions"
SIOCETHTOOL, ETHTOOL_STSO, ETHTOOL_SGRO = 0x8946, 0x1F, 0x2C
# The stages that a datagram to the own host passes; neighbour discovery passes some of them too.
COMMON = ("eth_type_trans", "__netif_receive_skb_core", "dev_queue_xmit", "net_dev_xmit")
ALL = (
    "eth_type_trans",
    "napi_gro_receive",
    "__netif_receive_skb_core",
    "ip_rcv",
    "ipv6_rcv",
    "tcp_v4_rcv",
    "tcp_v6_rcv",
    "udp_rcv",
    "udpv6_rcv",
    "dev_queue_xmit",
    "net_dev_xmit",
)


def stages(probe):
    return {record.name: record for record in probe.read().stages}


def grown(before, after):
    return {name: after[name].packets - before[name].packets for name in after}


def hooked():
    """Functions with an ftrace callback of the module."""
    return [line for line in read(FUNCTIONS).splitlines() if "dropprobe" in line]


def run():
    plain = Probe("plain").activate()
    assert not stages(plain) and "stages: off" in read(module.SETTINGS)
    probe = Probe("staged", "stages=on")
    assert not stages(probe), "nothing has been counted yet"
    probe.activate()
    assert "stages: on" in read(module.SETTINGS)
    seen = stages(probe)
    assert tuple(seen) == ALL, seen
    for name, record in seen.items():
        assert record.via in ("tracepoint", "ftrace", "kprobe"), f"{name}: {record.values}"
        assert record.missed == 0
    assert hooked() or not any(
        record.via == "ftrace" for record in seen.values()
    ), f"hooks are not visible in {FUNCTIONS}"
    print({name: f"{record.via} {record.symbol}" for name, record in seen.items()})

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver, socket.socket(
        socket.AF_INET6, socket.SOCK_DGRAM
    ) as receiver6:
        for where, address, own in (
            (receiver, "127.0.0.1", ("ip_rcv", "udp_rcv")),
            (receiver6, "::1", ("ipv6_rcv", "udpv6_rcv")),
        ):
            where.bind((address, 0))
            where.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
            before = stages(probe)
            for _ in range(PACKETS):
                udp(address, where.getsockname()[1], 1)
                where.recv(100)
            rise = grown(before, stages(probe))
            for name in (*COMMON, *own):
                assert (
                    rise[name] == PACKETS
                ), f"{address}: {name} saw {rise[name]} of {PACKETS}: {rise}"
            for name in {
                "ip_rcv",
                "ipv6_rcv",
                "tcp_v4_rcv",
                "tcp_v6_rcv",
                "udp_rcv",
                "udpv6_rcv",
            } - set(own):
                assert rise[name] == 0, f"{address}: {name} saw {rise[name]}: {rise}"

    tcp(probe)
    gro(probe)
    napi(probe)
    freed_by_its_driver(probe)

    # Deactivated and activated again it counts on; packets in between are not counted.
    probe.deactivate()
    assert "stages: off" in read(module.SETTINGS)
    before = stages(probe)
    udp("127.0.0.1", 9, 10)
    assert grown(before, stages(probe)) == dict.fromkeys(ALL, 0)
    probe.activate()
    udp("127.0.0.1", 9, 10)
    assert grown(before, stages(probe))["udp_rcv"] == 10
    # Another probe counts from its own activation on, and keeps the hooks when the first is
    # removed.
    other = Probe("other", "stages=on").activate()
    udp("127.0.0.1", 9, 5)
    assert stages(other)["udp_rcv"].packets == 5
    probe.deactivate()
    udp("127.0.0.1", 9, 5)
    assert stages(other)["udp_rcv"].packets == 10
    assert grown(before, stages(probe))["udp_rcv"] == 15
    other.deactivate()
    udp("127.0.0.1", 9, 5)
    assert stages(other)["udp_rcv"].packets == 10
    switched_off(probe)
    plain.deactivate()
    left = hooked() + [
        line
        for line in read(FUNCTIONS).splitlines()
        if re.search(r"eth_type_trans|ip_rcv|tcp_v4_rcv|udp_rcv", line)
    ]
    assert not left, f"hooks remain: {left}"
    for each in (probe, other, plain):
        each.remove()


def switched_off(probe):
    """With ftrace disabled a stage is no longer hooked; its record says so, and keeps its count."""
    had = stages(probe)
    if not any(record.via == "ftrace" for record in had.values()):
        return
    sysctl("kernel/ftrace_enabled", 0)
    try:
        probe.activate()
        udp("127.0.0.1", 9, 5)
        now = stages(probe)
        for name in (name for name in ALL if had[name].via == "ftrace"):
            assert (now[name].via, now[name].values.get("packets", "0")) == (
                "none",
                str(had[name].packets),
            ), now[name].values
        # With the answer of the kernel, which is not counted.
        assert 5 <= now["net_dev_xmit"].packets - had["net_dev_xmit"].packets <= 10, now[
            "net_dev_xmit"
        ].values
        probe.deactivate()
    finally:
        sysctl("kernel/ftrace_enabled", 1)


def tcp(probe):
    for address, name, quiet in (
        ("127.0.0.1", "tcp_v4_rcv", "tcp_v6_rcv"),
        ("::1", "tcp_v6_rcv", "tcp_v4_rcv"),
    ):
        before = stages(probe)
        with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as client:
            assert client.connect_ex((address, 9)) != 0
        rise = grown(before, stages(probe))
        assert (rise[name], rise[quiet]) == (2, 0), f"a SYN and its RST: {rise}"


def gro(probe):
    """What the sender's stack merges is one packet with several segments."""
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(
        server.getsockname()
    ) as client:
        connection, _ = server.accept()
        sh("ip link set lo mtu 1500")
        before = stages(probe)
        client.sendall(b"x" * 64000)
        received = 0
        while received < 64000:
            received += len(connection.recv(65536))
        after = stages(probe)
        connection.close()
    packets = after["tcp_v4_rcv"].packets - before["tcp_v4_rcv"].packets
    segments = after["tcp_v4_rcv"].segments - before["tcp_v4_rcv"].segments
    assert (
        segments >= 64000 // 1500 > packets / 2 and segments > packets
    ), f"{packets} packets, {segments} segments"
    assert "segments" not in after["net_dev_xmit"].values, "its packets must not be read"


def napi(probe):
    """A device whose driver receives by NAPI, as network cards do: a veth with GRO, whose peer does
    not merge packets itself."""
    if release() < (5, 13):
        print("napi_gro_receive: this kernel's veth has no NAPI without XDP")
        return
    with neighbour() as name, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        offload("to-next", ETHTOOL_SGRO, 1)
        with inside(name):
            offload("eth0", ETHTOOL_STSO, 0)
        receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        receiver.bind(("10.9.0.1", 0))
        settle(probe)
        before = stages(probe)
        with inside(name):
            udp("10.9.0.1", receiver.getsockname()[1], PACKETS)
        for _ in range(PACKETS):
            receiver.recv(100)
        rise = grown(before, stages(probe))
    # Neighbour discovery passes the same stage.
    assert rise["udp_rcv"] == PACKETS and PACKETS <= rise["napi_gro_receive"] <= PACKETS + 20, rise


def freed_by_its_driver(probe):
    """A device whose driver may free a packet before the next stage sees it."""
    sh("ip link add void type dummy")
    sysctl("net/ipv6/conf/void/disable_ipv6", 1)
    sh("ip addr add 10.77.0.1/24 dev void; ip link set void up")
    sh("ip neigh add 10.77.0.2 lladdr 02:00:00:00:00:01 dev void nud permanent")
    before = stages(probe)
    udp("10.77.0.2", 9, PACKETS)
    rise = grown(before, stages(probe))
    assert (rise["dev_queue_xmit"], rise["net_dev_xmit"], rise["ip_rcv"]) == (
        PACKETS,
        PACKETS,
        0,
    ), rise
    sh("ip link del void")


def offload(interface, command, value):
    """As ethtool -K does."""
    request = ctypes.create_string_buffer(struct.pack("II", command, value))
    with socket.socket() as any_socket:
        fcntl.ioctl(
            any_socket,
            SIOCETHTOOL,
            struct.pack("16sP16x", interface.encode(), ctypes.addressof(request)),
        )
