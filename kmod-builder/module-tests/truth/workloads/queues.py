# SPDX-License-Identifier: Apache-2.0
"""Queues that are full, or that vanish with what waits in them."""

import contextlib
import json
import socket
import time

from measure import NEXT, counting, pair, tunnel, workload
from rig import inside, neighbour, sh, sysctl, udp

PACKETS = 20
PORT, GENEVE, SO_RCVBUFFORCE = 9000, 6081, 33
SILENT = ("10.9.0.99", "fd09::99")


def waiting(end):
    """Datagrams wait for the address of a host that does not answer, when something happens."""
    with pair(quiet=True), counting(2 * PACKETS):
        for address in SILENT:
            udp(address, 9, PACKETS)
        end()


@workload
def neighbour_unknown():
    with pair(quiet=True):
        for table in ("ipv4", "ipv6"):
            sysctl(f"net/{table}/neigh/to-next/retrans_time_ms", 100)
        with counting(2 * PACKETS):
            for address in SILENT:
                udp(address, 9, PACKETS)
            time.sleep(2)


@workload
def neighbour_queue_full():
    """Only a few packets may wait for an address; the oldest go."""
    with pair(quiet=True):
        for table in ("ipv4", "ipv6"):
            sysctl(f"net/{table}/neigh/to-next/unres_qlen_bytes", 5000)
            sysctl(f"net/{table}/neigh/to-next/retrans_time_ms", 100)
        with counting(2 * PACKETS):
            for address in SILENT:
                udp(address, 9, PACKETS, 1000)
            time.sleep(2)


@workload
def link_down_while_waiting():
    waiting(lambda: sh("ip link set to-next down"))


@workload
def neighbour_flushed_while_waiting():
    waiting(lambda: sh("ip neigh flush dev to-next nud all"))


@workload
def link_deleted_while_waiting():
    with pair(quiet=True):
        sh(
            """
          ip link add dummy7 type dummy
          ip link set dummy7 arp on multicast off
          ip addr add 10.6.0.1/24 dev dummy7"""
        )
        sysctl("net/ipv6/conf/dummy7/disable_ipv6", 1)
        sh("ip link set dummy7 up")
        with counting(PACKETS):
            udp("10.6.0.9", 9, PACKETS)
            sh("ip link del dummy7")


@workload
def namespace_deleted_while_waiting():
    """A network namespace goes while its packets wait for an address."""
    with neighbour("gone", 6) as name:
        with inside(name):
            sysctl("net/ipv6/conf/all/disable_ipv6", 1)
        sysctl("net/ipv6/conf/to-gone/disable_ipv6", 1)
        sh("ip -n gone neigh flush all")
        with counting(PACKETS):
            with inside(name):
                udp("10.6.0.9", 9, PACKETS)
            sh("ip netns del gone")
            time.sleep(3)
        sh("ip netns add gone")


def drops():
    """What the queueing disciplines of to-next have dropped."""
    return sum(each["drops"] for each in json.loads(sh("tc -j -s qdisc show dev to-next")))


def through(qdisc, packets=200, size=400):
    """N is what the queueing discipline says that it has dropped."""
    with pair(quiet=True), closed_receivers():
        sh(f"tc qdisc add dev to-next root {qdisc}")
        with counting() as measured:
            for address in NEXT:
                udp(address, PORT, packets, size)
            time.sleep(0.5)
            measured.n = drops()
        assert 0 < measured.n <= 2 * packets, measured.n


@contextlib.contextmanager
def closed_receivers(port=PORT):
    """Receivers in the neighbour, with room for all that passes the queue."""
    with inside("next"):
        four = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        six = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        six.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    with four, six:
        for each in (four, six):
            each.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 4 << 20)
            each.bind(("", port))
        yield


@workload
def qdisc_tbf_limit():
    through("tbf rate 8kbit burst 1600 limit 3000")


@workload
def geneve_queue_full():
    """The queue below tunnels is full. Over IPv6 the tunnel counts as an error what is freed
    there."""
    with pair(quiet=True), closed_receivers(GENEVE):
        sh("tc qdisc add dev to-next root tbf rate 8kbit burst 1600 limit 3000")
        for number, remote in enumerate(NEXT):
            tunnel(number, "geneve", remote, "id 7")
        with counting() as measured:
            for number, _ in enumerate(NEXT):
                before = drops()
                udp(f"10.66.{number}.2", 9, 100, 400)
                assert drops() - before > 50, "the queue below the tunnel is not full"
            measured.n = drops()


@workload
def qdisc_pfifo_limit():
    with_child("pfifo limit 10")


@workload
def qdisc_fq_codel_limit():
    with_child("fq_codel limit 10 target 10s interval 20s")


@workload
def qdisc_fq_flow_limit():
    with_child("fq flow_limit 10")


@workload
def qdisc_sfq_limit():
    with_child("sfq limit 10")


def with_child(qdisc):
    """A queueing discipline whose packets leave slowly, because its parent lets few pass."""
    with pair(quiet=True), closed_receivers():
        sh(
            f"""
          tc qdisc add dev to-next root handle 1: tbf rate 8kbit burst 1600 limit 100000
          tc qdisc replace dev to-next parent 1:1 handle 2: {qdisc}"""
        )
        with counting() as measured:
            for address in NEXT:
                udp(address, PORT, 200, 400)
            time.sleep(0.5)
            (child,) = [
                each
                for each in json.loads(sh("tc -j -s qdisc show dev to-next"))
                if each["handle"] == "2:"
            ]
            measured.n = child["drops"]
        assert measured.n, "the queue dropped nothing"


@workload
def netem_loss():
    """A queueing discipline that plays a bad network."""
    through("netem loss 50%")


def queued(end):
    """Packets wait in the queue of a link, when something happens."""
    with pair(quiet=True):
        sh("tc qdisc add dev to-next root netem delay 60s limit 1000")
        with counting(2 * PACKETS):
            for address in NEXT:
                udp(address, PORT, PACKETS)
            sh(end)


@workload
def queue_deleted():
    """A queueing discipline is replaced while packets wait in it."""
    queued("tc qdisc del dev to-next root")


@workload
def link_down_with_queue():
    """A link is set down while packets wait in its queue."""
    queued("ip link set to-next down")


@workload
def link_without_carrier():
    """Packets for a device whose other end is down."""
    with pair(quiet=True) as name:
        sh("ip link add link to-next name over7 type vlan id 7; ip addr add 10.6.0.1/24 dev over7")
        sysctl("net/ipv6/conf/over7/disable_ipv6", 1)
        sh("ip link set over7 up")
        sh("ip neigh replace 10.6.0.2 lladdr 02:00:00:00:00:02 dev over7 nud permanent")
        sh(f"ip -n {name} link set eth0 down")
        with counting(PACKETS):
            udp("10.6.0.2", PORT, PACKETS)
