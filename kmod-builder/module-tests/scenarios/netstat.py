# SPDX-License-Identifier: Apache-2.0
"""The counters file has the growth of the kernel's own counters while the probe was active, in each
network namespace exactly as /proc has it there, also of those that are removed; and of devices."""
import errno
import os
import socket
import subprocess
import time

import listen_overflow
import module
from rig import (
    DEBUG_KERNEL,
    FOLDER,
    Probe,
    Snapshot,
    cookie,
    expect,
    family_of,
    inside,
    neighbour,
    only_what_is_sent,
    read,
    records,
    rounds,
    settle,
    sh,
    syn,
    sysctl,
    udp,
    until,
)

PACKETS = 100
MANY = rounds(10, 100)
DUMMIES, NAMESPACES = 600, 60  # more than an eighth of a MiB has room for
TCP_DEFER_ACCEPT = 9


class Counters:
    """What a probe's counters file says."""

    def __init__(self, probe):
        self.records = records(f"{FOLDER}/counters/{probe.name}")
        self.text = "\n".join(f"{record.kind} {record.values}" for record in self.records)
        self.probe = self.records[0]
        assert self.probe.kind == "probe", self.text
        self.coverage = next(record for record in self.records if record.kind == "coverage")
        assert self.coverage.of == "none" or missing_in(self.records) == (0, 0), self.text

    def values(self, kind, **keys):
        """The counters of the one record with these keys; empty if there is none."""
        found = [
            record.values
            for record in self.records
            if record.kind == kind and all(record.values.get(k) == str(v) for k, v in keys.items())
        ]
        assert len(found) < 2, self.text
        values = found[0].items() if found else ()
        return {k: int(v) for k, v in values if k not in ("netns", "ifindex", "gone")}

    def netns(self, number):
        return self.values("netstat", netns=number)

    def device(self, number, interface):
        return self.values("device", netns=number, ifindex=socket.if_nametoindex(interface))


def known(probe):
    """The names of the counters of a namespace that this kernel has, conntrack's aside."""
    lists = next(record for record in Counters(probe).records if record.kind == "counters")
    return [name for name in lists.netstat.split(",") if not name.startswith("Conntrack")]


def kernels_own():
    """The counters of this namespace in /proc, by nstat's names."""
    values = {}
    for file in ("snmp", "netstat"):
        lines = [line.split() for line in read(f"/proc/thread-self/net/{file}").splitlines()]
        for names, numbers in zip(lines[::2], lines[1::2]):
            group = names[0].rstrip(":")
            values.update((group + name, int(n)) for name, n in zip(names[1:], numbers[1:]))
    for line in read("/proc/thread-self/net/snmp6").splitlines():
        values[line.split()[0]] = int(line.split()[1])
    return values


def conntracks_own():
    """drop and insert_failed of this namespace."""
    lines = [line.split() for line in read("/proc/thread-self/net/stat/nf_conntrack").splitlines()]
    names = {"drop": "ConntrackDrop", "insert_failed": "ConntrackInsertFailed"}
    sums = {
        names[name]: sum(int(line[lines[0].index(name)], 16) for line in lines[1:])
        for name in names
    }
    return {name: value for name, value in sums.items() if value}


def difference(after, before, names):
    grown = {name: after.get(name, 0) - before.get(name, 0) for name in names}
    return {name: value for name, value in grown.items() if value}


def agreement(probe, own_before, file_before, names):
    """The growth of this namespace's counters, on which /proc and the file agree. The kernel itself
    may send something between the two reads."""
    settle(probe)
    for _ in range(10):
        own = difference(kernels_own(), own_before, names)
        counters = Counters(probe)
        file = difference(counters.netns(cookie()), file_before, names)
        if own == file:
            return file
        time.sleep(0.1)
    raise AssertionError(f"/proc has {own}\nthe file {file}\n{counters.text}")


class Same:
    """In the block, the file's counters of this namespace grow as those in /proc do, and by at
    least what is expected of some of them exactly."""

    def __init__(self, probe, **expected):
        self.probe, self.expected = probe, expected
        self.names = known(probe)

    def __enter__(self):
        self.own, self.file = kernels_own(), Counters(self.probe).netns(cookie())

    def __exit__(self, kind, *_):
        if kind:
            return
        file = agreement(self.probe, self.own, self.file, self.names)
        for name, value in self.expected.items():
            assert file.get(name) == value, f"{name}: {file} instead of {value}"


def run():
    udp("127.0.0.1", 9, 7)  # before the activation
    probe = Probe()
    assert Counters(probe).netns(cookie()) == {} and Counters(probe).coverage.of == "all"
    probe.activate()
    assert Counters(probe).probe.epoch == probe.read().probe.epoch
    listeners(probe)
    receivers(probe)
    first = Counters(probe).netns(cookie())
    assert first["UdpNoPorts"] == PACKETS, first

    inactive(probe)
    expired(probe)
    namespaces(probe)
    filtered(probe)
    devices(probe)
    driver(probe)
    if not DEBUG_KERNEL:  # it has no conntrack
        conntrack(probe)
    come_and_go(probe)
    probe.deactivate()
    probe.remove()
    assert not os.path.exists(f"{FOLDER}/counters/test")
    too_many()


def full_listener(address):
    """A listener whose queue is full, and the connections in it."""
    server = socket.create_server((address, 0), family=family_of(address), backlog=1)
    clients = [socket.create_connection(server.getsockname()[:2]) for _ in range(2)]
    return server, clients


def listeners(probe):
    for address in ("127.0.0.1", "::1"):
        server, clients = full_listener(address)
        port = server.getsockname()[1]
        # A SYN at a full queue is lost without being freed on the drop path.
        with expect(), Same(probe, TcpExtListenDrops=PACKETS, TcpExtListenOverflows=PACKETS):
            for _ in range(PACKETS):
                syn(address, port)
        sysctl("net/ipv4/tcp_syncookies", 0)
        server.listen(0)
        # Older kernels say that the queue of requests is full, later ones that the other one is.
        with expect(), Same(probe, TcpExtListenDrops=PACKETS):
            for _ in range(PACKETS):
                syn(address, port)
        sysctl("net/ipv4/tcp_syncookies", 1)
        for each in (*clients, server):
            each.close()
    # The ACK that would end the handshake is freed there and counted.
    with Same(probe):
        listen_overflow.run()
    # A bare ACK that the listener ignores on purpose.
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setsockopt(socket.IPPROTO_TCP, TCP_DEFER_ACCEPT, 30)
        with Same(probe, TcpExtTCPDeferAcceptDrop=1):
            with socket.create_connection(server.getsockname()) as client:
                client.send(b"x")
                server.accept()[0].close()


def receivers(probe):
    for address, prefix in (("127.0.0.1", "Udp"), ("::1", "Udp6")):
        with socket.socket(family_of(address), socket.SOCK_DGRAM) as receiver:
            receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
            receiver.bind((address, 0))
            with Same(probe):
                udp(address, receiver.getsockname()[1], 4 * PACKETS)
            received = drain(receiver)
            lost = Counters(probe).netns(cookie())[f"{prefix}RcvbufErrors"]
            assert 0 < received and received + lost == 4 * PACKETS, f"{received} + {lost}"
        with Same(probe, **{f"{prefix}NoPorts": PACKETS}):
            udp(address, 9, PACKETS)


def drain(receiver):
    receiver.setblocking(False)
    count = 0
    try:
        while True:
            receiver.recv(100)
            count += 1
    except BlockingIOError:
        return count


def inactive(probe):
    """What is counted while the probe is not active is in none of its numbers."""
    had = Counters(probe).netns(cookie())
    probe.deactivate()
    udp("127.0.0.1", 9, PACKETS)
    assert Counters(probe).netns(cookie()) == had
    probe.activate()
    udp("127.0.0.1", 9, 3)
    assert Counters(probe).netns(cookie())["UdpNoPorts"] == had["UdpNoPorts"] + 3


def expired(probe):
    had = Counters(probe).netns(cookie())["UdpNoPorts"]
    probe.command("renew", "lease=1")
    until(lambda: Snapshot(probe.name).probe.active == "n", "the lease of one second to expire")
    udp("127.0.0.1", 9, PACKETS)
    assert Counters(probe).netns(cookie())["UdpNoPorts"] == had
    probe.command("renew", "lease=86400")
    probe.activate()


def namespaces(probe):
    """A namespace that is made while the probe is active has everything; what a removed one had
    last is in the sum."""
    before = Counters(probe).values("netstat", gone="y")
    with neighbour() as name, inside(name):
        there = cookie()
        udp("127.0.0.1", 9, PACKETS)
        agreement(probe, {}, {}, known(probe))
        udp("127.0.0.1", 9, 50)
    until(lambda: not Counters(probe).netns(there), "the namespace to be removed")
    gone = Counters(probe).values("netstat", gone="y")
    assert difference(gone, before, ["UdpNoPorts"]) == {"UdpNoPorts": PACKETS + 50}, gone


def filtered(probe):
    """A filter of namespaces opens and closes them; any other filter leaves no counters to show."""
    ports = Probe("ports", "ports=9").activate()
    udp("127.0.0.1", 9, 5)
    assert [record.kind for record in Counters(ports).records] == ["probe", "coverage"]
    assert Counters(ports).coverage.of == "none"
    here = cookie()
    with neighbour() as name:
        with inside(name):
            there = cookie()
        some = Probe("some", f"netns={here}").activate()
        assert Counters(some).coverage.of == "netns"

        def both(packets):
            udp("127.0.0.1", 9, packets)
            with inside(name):
                udp("127.0.0.1", 9, packets)
            counters = Counters(some)
            return [counters.netns(each).get("UdpNoPorts", 0) for each in (here, there)]

        assert both(5) == [5, 0]
        some.command("set", f"netns={there}")
        assert both(7) == [5, 7]
        some.command("set", f"netns={here},{there}")
        assert both(11) == [16, 18]
        some.command("set", "netns=")
        assert both(13) == [16, 18]
    until(lambda: not Counters(some).netns(there), "the namespace to be removed")
    # Closed before its end, so only what it had while it was open.
    assert Counters(some).values("netstat", gone="y")["UdpNoPorts"] == 18
    for each in (some, ports):
        each.deactivate()
        each.remove()
    assert Counters(probe).netns(here)["UdpNoPorts"] >= 36


def devices(probe):
    """A packet that is too large for the veth peer is a drop of this end's driver, and one of the
    core's at the other end, which is not the driver's."""
    with neighbour() as name:
        only_what_is_sent()
        with inside(name):
            there = cookie()
            sh("ip link set eth0 mtu 1300")
        sysctl("net/ipv4/conf/to-next/rp_filter", 0)
        assert Counters(probe).device(cookie(), "to-next") == {}
        udp("10.9.0.2", 9, PACKETS, size=1400)
        counters = Counters(probe)
        assert counters.device(cookie(), "to-next") == {"tx_dropped": PACKETS}, counters.text
        with inside(name):
            assert counters.device(there, "eth0") == {}, counters.text
        # It keeps its count when it moves, which is nothing that it drops in its new namespace.
        sh("ip link add away type veth peer name stays")
        for end in ("stays", "away"):  # only what is sent
            sysctl(f"net/ipv6/conf/{end}/disable_ipv6", 1)
        sh("ip addr add 10.7.0.1/24 dev stays; ip link set stays up; ip link set away mtu 1300 up")
        sh("ip neigh replace 10.7.0.2 lladdr 02:00:00:00:00:01 dev stays nud permanent")
        udp("10.7.0.2", 9, 30, size=1400)
        before = Counters(probe)
        number = socket.if_nametoindex("stays")
        assert before.device(cookie(), "stays") == {"tx_dropped": 30}, before.text
        sh(f"ip link set stays netns {name}")
        after = Counters(probe)
        assert after.values("device", netns=cookie(), ifindex=number) == {}, after.text
        had = before.values("device", gone="y").get("tx_dropped", 0)
        assert after.values("device", gone="y")["tx_dropped"] == had + 30, after.text
        with inside(name):
            assert after.device(there, "stays") == {}, after.text
        # Or an end of the pair would drop what it says of groups while the other end is removed.
        sysctl("net/ipv6/conf/to-next/disable_ipv6", 1)
        with inside(name):
            sysctl("net/ipv6/conf/eth0/disable_ipv6", 1)
    until(
        lambda: Counters(probe).values("device", gone="y")["tx_dropped"] == had + 30 + PACKETS,
        lambda: f"{had + 30 + PACKETS} packets of removed devices\n{Counters(probe).text}",
    )


def driver(probe):
    """A device counts while it is up: not what its driver has counted before, not while it gives
    zeros, and from 0 if it has begun again."""
    here = cookie()
    with neighbour() as name, module.held("device packets=100 missed=50"):
        number = socket.if_nametoindex("held0")

        def missed(at=here):
            return Counters(probe).values("device", netns=at, ifindex=number)

        def count(packets, losses, growth, at=here):
            module.count_at_held0(packets, losses)
            expected = {"rx_missed_errors": growth} if growth else {}
            assert missed(at) == expected, f"{packets} {losses} {growth}: {missed(at)}"

        count(101, 51, 0)
        sh("ip link set held0 up")
        count(101, 51, 0)
        count(110, 57, 6)
        count(0, 0, 6)  # its hardware is being reset
        count(110, 57, 6)
        count(120, 60, 9)
        module.count_at_held0(121, 61)
        sh("ip link set held0 down")
        count(0, 0, 10)
        count(130, 70, 10)
        sh("ip link set held0 up")
        count(131, 71, 11)
        sh("ip link set held0 down")
        count(0, 0, 11)
        sh("ip link set held0 up")
        count(0, 0, 11)
        count(1, 2, 13)
        sh("ip link set held0 down")
        had = Counters(probe).values("device", gone="y").get("rx_missed_errors", 0)
        module.count_at_held0(0, 0)
        sh(f"ip link set held0 netns {name}")
        gone = Counters(probe).values("device", gone="y")
        assert gone["rx_missed_errors"] == had + 13, gone
        with inside(name):
            there, number = cookie(), socket.if_nametoindex("held0")
        count(300, 500, 0, there)
        sh(f"ip -n {name} link set held0 up")
        count(300, 500, 0, there)
        count(301, 503, 3, there)


def missing_in(lines):
    coverage = next(record.values for record in lines if record.kind == "coverage")
    return int(coverage["missing"]), int(coverage["missing-devices"])


def missing(probe):
    """How many namespaces and devices are missing according to its file, which Counters() does not
    allow."""
    return missing_in(records(f"{FOLDER}/counters/{probe.name}"))


def too_many():
    """Devices have a share of the memory, which leaves enough for probes. The file says how many
    are missing, until they are deleted."""
    module.unload()
    module.load("memory_limit_mib=1")
    sh("ip netns add many")
    with open("/tmp/dummies.batch", "w") as file:
        file.writelines(f"link add d{number} type dummy\n" for number in range(DUMMIES))
    sh("ip -n many -batch /tmp/dummies.batch")
    probes = [Probe(f"p{number}").activate() for number in range(5)]
    assert missing(probes[0])[1] > 100, missing(probes[0])
    with inside("many"):
        listed = Probe("listed", f"cells=16 netns={cookie()}").activate()
    none = Probe("none", "cells=16 netns=").activate()
    assert missing(listed)[1] > missing(none)[1] + 100, f"{missing(listed)}, {missing(none)}"
    listed.command("set", "netns=")
    assert missing(listed) == missing(none), f"{missing(listed)}, {missing(none)}"
    for probe in (listed, none):
        probe.deactivate()
        probe.remove()
    # Namespaces have a share of their own.
    assert missing(probes[0])[0] == 0, missing(probes[0])
    for number in range(NAMESPACES):
        sh(f"ip netns add more{number}")
    assert missing(probes[0])[0] > 5, missing(probes[0])
    for number in range(NAMESPACES):
        sh(f"ip netns del more{number}")
    sh("ip netns del many")
    # For what exists there is memory again, so a read opens it.
    for probe in probes:
        until(lambda each=probe: missing(each) == (0, 0), lambda each=probe: f"{missing(each)}")
    before = Counters(probes[0]).netns(cookie()).get("UdpNoPorts", 0)
    udp("127.0.0.1", 9, 5)
    assert Counters(probes[0]).netns(cookie())["UdpNoPorts"] == before + 5
    for probe in probes:
        probe.deactivate()
        probe.remove()
    module.unload()
    loaded_later()


def loaded_later():
    """What a device has counted before the module is loaded is not growth."""
    with module.held("device packets=100 missed=50"):
        sh("ip link set held0 up")
        module.load()
        probe = Probe().activate()
        assert Counters(probe).device(cookie(), "held0") == {}
        module.count_at_held0(101, 52)
        assert Counters(probe).device(cookie(), "held0") == {"rx_missed_errors": 2}
        probe.deactivate()
        probe.remove()


def in_host(command):
    sh(f"nsenter --net=/proc/1/ns/net sh -euc '{command}'")


def conntrack(probe):
    """With a table that is full, conntrack drops."""
    sh("modprobe nf_conntrack")
    limit = "/proc/sys/net/netfilter/nf_conntrack_max"
    sh(
        "nft add table inet t; nft add chain inet t out "
        "'{ type filter hook output priority 0; ct state invalid counter; }'"
    )
    udp("127.0.0.1", 9, 1)
    in_host(f"cat {limit} > /tmp/limit; echo 1 > {limit}")
    try:
        before = Counters(probe).netns(cookie())
        had = conntracks_own()
        for port in range(1000, 1000 + PACKETS):
            try:
                udp("127.0.0.1", port, 1)
            except OSError as error:
                assert error.errno == errno.EPERM
        grown = difference(conntracks_own(), had, ("ConntrackDrop", "ConntrackInsertFailed"))
        file = difference(Counters(probe).netns(cookie()), before, grown)
        assert grown == file and grown["ConntrackDrop"] > PACKETS / 2, f"{grown}, {file}"
    finally:
        in_host(f"cat /tmp/limit > {limit}")
        sh("nft delete table inet t")
    # Its counters go with it, and begin again.
    had = Counters(probe).netns(cookie())["ConntrackDrop"]
    until(unloaded, "conntrack to be unloaded")
    assert Counters(probe).netns(cookie())["ConntrackDrop"] == had
    sh("modprobe nf_conntrack")
    assert Counters(probe).netns(cookie())["ConntrackDrop"] == had


def unloaded():
    nat = ("nft_redir", "nft_masq", "nft_nat", "nft_chain_nat", "nf_nat")  # of other scenarios
    for user in (*nat, "nft_ct", "nf_conntrack_netlink", "nf_conntrack"):
        subprocess.run(["modprobe", "-r", user], capture_output=True)
    return not os.path.exists("/sys/module/nf_conntrack")


def come_and_go(probe):
    """Readers while namespaces and devices are made and removed."""
    reader = os.fork()
    if reader == 0:
        while True:
            Counters(probe)
            time.sleep(0.01)  # so that a busy machine gets on with the rest
    for number in range(MANY):
        sh(
            f"ip netns add n{number}; ip link add v{number} type veth peer name w netns n{number}; "
            f"ip -n n{number} link set lo up; ip -n n{number} link set w up"
        )
    before = Counters(probe).values("netstat", gone="y")["UdpNoPorts"]
    for number in range(MANY):
        with inside(f"n{number}"):
            udp("127.0.0.1", 9, 3)
    for number in range(MANY):
        sh(f"ip netns del n{number}")
    until(
        lambda: Counters(probe).values("netstat", gone="y")["UdpNoPorts"] == before + 3 * MANY,
        "the last counts of all namespaces",
        300,
    )
    done, status = os.waitpid(reader, os.WNOHANG)
    assert not done, f"the reader ended with {status}"
    os.kill(reader, 9)
    os.waitpid(reader, 0)
    begin = time.monotonic()
    text = Counters(probe).text
    print(f"a read takes {1e6 * (time.monotonic() - begin):.0f} us\n{text}")
