# SPDX-License-Identifier: Apache-2.0
"""Devices: the drivers of NICs, tun and tap, tunnels."""

import fcntl
import json
import os
import struct
import time

import nics
from measure import NEXT, add_workload, counting, needs, pair, tunnel, workload
from rig import enter_host, neighbour, read, sh, sysctl, udp, until

PACKETS = 200
TUNSETIFF, TUN, TAP, NO_PI = 0x400454CA, 1, 2, 0x1000


def sent_by(driver):
    """Packets of this host and forwarded ones leave through a NIC, and none is lost."""

    def send():
        enter_host()
        sysctl("net/ipv4/ip_forward", 1)
        sh("modprobe xhci_pci")
        try:
            with neighbour("left", 9):
                sh("ip -n left route replace default via 10.9.0.1")
                send_by(driver)
        finally:
            sysctl("net/ipv4/ip_forward", 0)
            sh(f"modprobe -r {driver} xhci_pci")

    return send


def send_by(driver):
    mac = read("/sys/class/net/to-left/address").strip()
    sh(f"ip -n left neigh replace 10.9.0.1 lladdr {mac} dev eth0 nud permanent")
    interface = nics.bring_up(1, driver)
    failed = nics.statistic(interface, "tx_dropped", "tx_errors")
    with counting():
        for action in (nics.send, nics.from_left):
            sent = nics.statistic(interface, "tx_packets")
            action("10.77.1.2", PACKETS)
            nics.nudges_until(
                lambda before=sent: nics.statistic(interface, "tx_packets") - before >= PACKETS,
                interface,
                "has not sent all packets",
            )
        # Some drivers look after what they have sent only when they send more.
        for _ in range(5):
            nics.nudge(interface)
            time.sleep(0.2)
    assert nics.statistic(interface, "tx_dropped", "tx_errors") == failed
    sh(f"ip link set {interface} down")


for line in nics.lines_of("nics.conf"):
    name = line.split()[2]
    add_workload("nic_" + name.replace("-", "_"), sent_by(name))


def tun_device(kind=TUN, more=""):
    """A tun device with 10.7.0.1, behind which is everything of 10.7.0.0/24; returns
    its file."""
    needs("modprobe tun", "this kernel has no tun devices")
    file = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(file, TUNSETIFF, struct.pack("16sH22x", b"tun0", kind | NO_PI))
    sysctl("net/ipv6/conf/tun0/disable_ipv6", 1)
    sh(f"ip addr add 10.7.0.1/24 dev tun0; ip link set tun0 up {more}")
    if kind == TAP:
        sh("ip neigh replace 10.7.0.2 lladdr 02:00:00:00:00:02 dev tun0 nud permanent")
    return file


def device_drops(interface):
    """The packets that a device has dropped instead of sending them."""
    return json.loads(sh(f"ip -j -s link show dev {interface}"))[0]["stats64"]["tx"]["dropped"]


@workload
def tun_read():
    """A VPN or a virtual machine that reads all."""
    file = tun_device()
    with counting():
        for _ in range(5):
            udp("10.7.0.2", 9, 20)
            for _ in range(20):
                assert len(os.read(file, 2000)) == 92
    os.close(file)


@workload
def tun_not_read():
    """The reader sleeps, and its queue is full."""
    file = tun_device(more="txqueuelen 20")
    with counting() as measured:
        udp("10.7.0.2", 9, 100)
        measured.n = device_drops("tun0")
    assert 0 < measured.n < 100, measured.n
    os.close(file)


@workload
def tap_reader_ends():
    """What waited for the reader of a tap (a virtual machine) goes with it."""
    file = tun_device(TAP)
    with counting(50):
        udp("10.7.0.2", 9, 50)
        os.close(file)


def into_tunnel(kind, options):
    """Datagrams into a tunnel whose other end no route leads to."""
    tunnel(0, kind, "192.0.2.1", options)
    with counting(PACKETS):
        udp("10.66.0.2", 9, PACKETS)


@workload
def vxlan_without_route():
    into_tunnel("vxlan", "id 7 dstport 4789")


@workload
def vxlan_own_groups():
    """What the kernel itself sends to groups through a VXLAN that knows no peer for them, as those
    of overlay networks."""
    needs("modprobe vxlan", "this kernel has no vxlan")
    sh("ip link add tun7 type vxlan id 7 dstport 4789 local 192.0.2.2 nolearning")
    with counting():
        sh("ip addr add 10.66.0.1/24 dev tun7; ip link set tun7 up")
        until(lambda: device_drops("tun7") >= 3, "the interface to announce itself")
        sh("ip link set tun7 down")


@workload
def ipip_without_route():
    into_tunnel("ipip", "local 192.0.2.2")


@workload
def geneve_without_route():
    into_tunnel("geneve", "id 7")


@workload
def veth_peer_mtu():
    """Packets that are too large for the veth peer."""
    with pair() as name:
        sh(f"ip -n {name} link set eth0 mtu 1300")
        before = device_drops("to-next")
        with counting() as measured:
            udp(NEXT[0], 9, PACKETS, 1400)
            measured.n = device_drops("to-next") - before
        assert measured.n == PACKETS, measured.n
