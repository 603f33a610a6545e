# SPDX-License-Identifier: Apache-2.0
"""Packets that have neither socket nor device nor route when they are dropped: a filter for their
namespace finds them by their local address, or counts them as undecided.

Before 6.11 these are most of TCP's own drops, and what UDP drops for lack of memory. A probe
without a namespace filter says how many there are; newer kernels know their socket. Before 5.18 the
kernel frees most of TCP's own drops without a word, and the backlog's and UDP's remain.
"""
import contextlib
import ctypes
import mmap
import os
import re
import signal
import socket
import struct
import threading
import time

import module
from rig import (
    DEBUG_KERNEL,
    REASONS,
    Probe,
    by_hand,
    cookie,
    enter_host,
    family_of,
    inside,
    neighbour,
    read,
    rounds,
    settle,
    sh,
    sysctl,
    tcp_ext,
    udp,
    until,
    write,
)

PACKETS = 100
PASSES = 20
PORT = 9
CROWD = rounds(10_000, 60_000)
FULL = 65536  # entries of the table
TRACEPOINT = "/sys/kernel/tracing/events/skb/kfree_skb/format"
ADDRESSES = {4: "10.9.0.1", 6: "fd09::1"}


def names_socket():
    """Whether the tracepoint names the socket that drops."""
    return "rx_sk" in read(TRACEPOINT)


def addresses():
    """The number of entries in the module's table."""
    return module.setting("addresses")


class Counted:
    """What three probes count: of every namespace, of this one, and of the other one."""

    def __init__(self, options, there):
        self.probes = {
            "all": Probe("all", options).activate(),
            "here": Probe("here", f"netns={cookie()} {options}").activate(),
            "there": Probe("there", f"netns={there} {options}").activate(),
        }

    def stop(self):
        for name, probe in self.probes.items():
            settle(probe)
            snapshot = probe.read()
            setattr(self, name, snapshot.total.packets)
            setattr(self, f"{name}_undecided", snapshot.total.undecided)
            setattr(self, f"{name}_filtered", snapshot.total.filtered)
            probe.deactivate()
            probe.remove()
            self.text = snapshot.text if name == "all" else self.text

    def __str__(self):
        values = {key: value for key, value in vars(self).items() if isinstance(value, int)}
        return f"{values}\n{self.text}"


@contextlib.contextmanager
def counted(port, protocol, there):
    """Counts what the block drops; the numbers are set after it."""
    counts = Counted(f"ports={port} protocols={protocol}", there)
    try:
        yield counts
    finally:
        counts.stop()


def decided(what, counts):
    """Asserts that all are this namespace's, for every filter, but for what the other one drops."""
    assert counts.here + counts.there == counts.all, f"{what}: {counts}"
    assert counts.here_undecided == counts.there_undecided == 0, f"{what}: {counts}"
    assert counts.there_filtered >= counts.here, f"{what}: {counts}"
    print(f"{what}: {counts.here}, 0 undecided")


def undecided(what, counts):
    """Asserts that all are undecided for every namespace, unless the kernel names their socket."""
    if names_socket():
        decided(what, counts)
        return
    assert counts.here == counts.there == 0, f"{what}: {counts}"
    assert counts.here_undecided == counts.there_undecided == counts.all, f"{what}: {counts}"
    print(f"{what}: {counts.all} undecided")


def dropped(counters):
    """The sum of the kernel's counters; not every kernel has each of them."""
    values = tcp_ext()
    return sum(values.get(counter, 0) for counter in counters)


def tcp(name, there):
    for family, source in ((4, "10.9.0.50"), (6, "fd09::50")):
        for what, workload, counters in (
            ("full queue", fill, ("TCPRcvQDrop", "TCPOFODrop", "TCPZeroWindowDrop")),
            ("zero window", close_window, ("TCPZeroWindowDrop", "TCPRcvQDrop", "BeyondWindow")),
            ("out of order", disorder, ("TCPOFODrop", "OfoPruned")),
            ("backlog", overrun, ("TCPBacklogDrop",)),
        ):
            with by_hand(name, source, ADDRESSES[family]) as (connection, client):
                before = dropped(counters)
                with counted(connection.getsockname()[1], "tcp", there) as counts:
                    workload(connection, client)
                lost = dropped(counters) - before
                assert lost, f"{what}: the kernel has dropped nothing"
                # Before 5.18 all but the backlog's are silent. The other namespace drops what is
                # sent to the client, whose address it does not have.
                if REASONS or workload is overrun:
                    assert counts.here >= lost, f"{what}: {lost} {counts}"
                decided(f"tcp{family} {what} ({lost} by the kernel's counters)", counts)


def fill(connection, client):
    """More than there is memory for, though it is within the window that was offered before."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    in_order(client, 12, 300)


def close_window(_, client):
    in_order(client, 8, 1000)


def in_order(client, segments, length):
    """Sends the segments again and again."""
    for _ in range(PASSES):
        for number in range(segments):
            client.send(1 + number * length, b"x" * length)


def disorder(_, client):
    """With a gap before each: none can be merged, and all that wait precede it."""
    for number in range(1, PACKETS):
        client.send(1 + number * 21, b"x" * 20)


def overrun(connection, client):
    """Segments for a socket that its user has locked."""
    with locked(connection):
        for number in range(1, 4 * PACKETS):
            client.send(1 + number * 21, b"x" * 20)


@contextlib.contextmanager
def locked(connection):
    """In the block, a process sends from a page that never comes, and holds the socket
    meanwhile."""
    ready, report = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            send_page(connection, missing_page(lambda: os.write(report, b"x")))
        finally:
            os._exit(1)
    os.close(report)
    try:
        assert os.read(ready, 1) == b"x", "the process did not wait for its page"
        yield
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(ready)


def send_page(connection, page):
    connection.send(page)


def missing_page(touched):
    """A page that is never supplied; a process that touches it waits (userfaultfd)."""
    page = mmap.mmap(-1, mmap.PAGESIZE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    libc = ctypes.CDLL(None, use_errno=True)
    faults = libc.syscall(323, os.O_CLOEXEC)
    assert faults >= 0, os.strerror(ctypes.get_errno())
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    for request, values in (
        (0xC018AA3F, struct.pack("QQQ", 0xAA, 0, 0)),  # UFFDIO_API
        (0xC020AA00, struct.pack("QQQQ", address, mmap.PAGESIZE, 1, 0)),  # UFFDIO_REGISTER
    ):
        buffer = ctypes.create_string_buffer(values, len(values))
        assert libc.ioctl(faults, ctypes.c_ulong(request), buffer) == 0, os.strerror(
            ctypes.get_errno()
        )

    def wait():
        os.read(faults, 32)
        touched()

    threading.Thread(target=wait, daemon=True).start()
    return page


def set_udp_memory(text):
    """Sets the limits of UDP's memory, which only the initial namespace has."""
    pid = os.fork()
    if pid == 0:
        enter_host()
        write("/proc/sys/net/ipv4/udp_mem", text)
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0


def udp_memory():
    """The limits; the file is in the initial namespace only."""
    ready, report = os.pipe()
    pid = os.fork()
    if pid == 0:
        enter_host()
        os.write(report, read("/proc/sys/net/ipv4/udp_mem").encode())
        os._exit(0)
    os.waitpid(pid, 0)
    try:
        return os.read(ready, 100).decode()
    finally:
        os.close(ready)
        os.close(report)


@contextlib.contextmanager
def no_udp_memory():
    """In the block, no datagram gets memory: each is dropped, after its device was overwritten."""
    limits = udp_memory()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as full:
        # Newer kernels keep up to a MiB for each CPU out of the sum that is limited.
        full.setsockopt(socket.SOL_SOCKET, 33, 64 << 20)  # SO_RCVBUFFORCE
        full.bind(("127.0.0.1", 0))
        udp("127.0.0.1", full.getsockname()[1], 8000, size=1000)
        set_udp_memory("0 0 0")
        try:
            yield
        finally:
            set_udp_memory(limits)


@contextlib.contextmanager
def receiver(address):
    with socket.socket(family_of(address), socket.SOCK_DGRAM) as bound:
        bound.bind((address, 0))
        yield bound.getsockname()[1]


def lose(name, there, bound, target, verdict, what, meanwhile=contextlib.nullcontext):
    """Datagrams from the neighbour (or, without a name, from here) to `target`, all of which are
    dropped."""
    with receiver(bound) as port, counted(port, "udp", there) as counts:
        with meanwhile(), inside(name) if name else contextlib.nullcontext():
            udp(target, port, PACKETS)
    assert counts.all == PACKETS and not counts.there, f"{what}: {counts}"
    verdict(what, counts)


def same_address(name, there):
    """Another namespace with this one's address."""
    number = socket.if_nametoindex("to-next")

    def interface(index, address=""):
        sh(f"ip -n twin link add same{index} index {index} type dummy")
        sh(f"ip -n twin link set same{index} up")
        if address:
            sh(f"ip -n twin addr add {address} dev same{index}")

    def check(verdict, what):
        lose(name, there, "10.9.0.1", "10.9.0.1", verdict, what)

    sh("ip netns add twin")
    interface(number + 100, "10.9.0.1/24")
    check(decided, "the same address elsewhere, with no such interface")
    interface(number)
    check(undecided, "the same address elsewhere, with such an interface")
    sh(f"ip -n twin addr add 10.9.0.1/16 dev same{number + 100}")
    sh(f"ip -n twin addr del 10.9.0.1/24 dev same{number + 100}")
    check(undecided, "the same address elsewhere, with another mask")
    sh(f"ip -n twin link set same{number} netns {name}")
    check(decided, "the interface is in a third namespace")
    sh(f"ip -n {name} link set same{number} netns twin")
    check(undecided, "the interface is back")
    sh("ip netns del twin")
    until(lambda: "twin" not in sh("ip netns list"), "the namespace to be deleted")
    check(decided, "the other namespace is deleted")


def special(name, there):
    """Destinations that are translated, mapped, or no address of the namespace."""
    lose(name, there, "::", "10.9.0.1", decided, "an IPv6 socket and an IPv4 packet")
    sh("nft add table ip t; nft add chain ip t in '{ type nat hook prerouting priority dstnat; }'")
    sh("nft add rule ip t in ip daddr 10.1.1.1 dnat to 10.9.0.1")
    lose(name, there, "10.9.0.1", "10.1.1.1", decided, "translated to a local address")
    sh("nft flush table ip t; nft add rule ip t in ip daddr 10.1.1.2 redirect")
    lose(name, there, "0.0.0.0", "10.1.1.2", decided, "redirected")
    sh("nft delete table ip t")
    # Every namespace has that interface, and can route any address to it.
    lose(None, there, "10.9.0.1", "10.9.0.1", undecided, "through the loopback interface")
    sh(f"ip -n {name} addr add 10.6.0.1/32 dev lo")
    for address in ("10.9.0.2", "10.6.0.1"):
        sh(f"ip route add local {address} dev lo")
        lose(None, there, "0.0.0.0", address, undecided, "an address of the neighbour, forged")
        sh(f"ip route del local {address} dev lo")
    sh(f"ip -n {name} addr del 10.6.0.1/32 dev lo")
    sh("ip addr add 10.7.0.1/32 dev lo")
    lose(name, there, "10.7.0.1", "10.7.0.1", decided, "an address of the loopback interface")
    lose(None, there, "127.0.0.1", "127.0.0.1", undecided, "127.0.0.1")
    lose(None, there, "::1", "::1", undecided, "::1")
    sh("ip route add local 10.5.0.0/24 dev lo")
    lose(name, there, "0.0.0.0", "10.5.0.1", undecided, "a local route")
    sh(f"ip -n {name} addr add 10.5.0.2/32 dev eth0")
    with sender() as third:
        lose(
            third, there, "0.0.0.0", "10.5.0.2", undecided, "an address that another namespace has"
        )
        waiting(name, third, there)
    sh("ip route del local 10.5.0.0/24 dev lo; ip addr del 10.7.0.1/32 dev lo")


@contextlib.contextmanager
def sender():
    """A third namespace, which sends everything through this one, to the interface number 1000."""
    sh("ip netns add third; ip link add to-third index 1000 type veth peer name eth0 netns third")
    sh("ip addr add 10.4.0.1/24 dev to-third; ip link set to-third up")
    sh("ip -n third addr add 10.4.0.2/24 dev eth0; ip -n third link set eth0 up")
    sh("ip -n third route add default via 10.4.0.1")
    try:
        yield "third"
    finally:
        sh("ip netns del third")
        until(lambda: "to-third" not in sh("ip link"), "the interface to be deleted")


def waiting(name, third, there):
    """What waits to be forwarded was not delivered. The namespace that has its destination's
    address, and an interface of the number that it came through, does not count it."""
    sysctl("net/ipv4/ip_forward", 1)
    sh(f"ip -n {name} link add other index 1000 type dummy; ip -n {name} link set other up")
    sh("tc qdisc add dev to-next root netem delay 600s 200s limit 1000")
    with counted(PORT, "udp", there) as counts:
        with inside(third):
            udp("10.9.0.2", PORT, PACKETS)
        # Neighbour discovery may wait there, too.
        until(lambda: int(re.search(r"backlog \d+b (\d+)p", queue())[1]) >= PACKETS, queue)
        sh("tc qdisc del dev to-next root")
    # A packet that waits behind all others still has its device.
    assert counts.all == PACKETS and not counts.there, str(counts)
    assert 0 < counts.here_undecided == counts.there_undecided == counts.all - counts.here, str(
        counts
    )
    print(f"waiting to be forwarded: {counts.here_undecided} undecided")
    sh(f"ip -n {name} link del other")


def queue():
    return sh("tc -s qdisc show dev to-next")


@contextlib.contextmanager
def coming_and_going(what):
    """In the block, addresses are added and removed as fast as possible."""
    lines = [f"addr {verb} {address} dev to-next" for address in what for verb in ("add", "del")]
    batch, done = "/tmp/addresses.batch", "/tmp/addresses.done"
    with contextlib.suppress(FileNotFoundError):
        os.unlink(done)
    with open(batch, "w") as file:
        file.write("\n".join(lines * 50) + "\n")
    pid = os.fork()
    if pid == 0:
        os.setsid()
        os.execvp("sh", ["sh", "-c", f"while ip -batch {batch}; do :>{done}; done; exit 1"])
    until(lambda: os.getpgid(pid) == pid, "the process to have a group of its own")
    try:
        until(lambda: os.path.exists(done), "all addresses to come and go for the first time")
        yield
    finally:
        assert os.waitpid(pid, os.WNOHANG) == (0, 0), "adding addresses failed"
        os.killpg(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        for address in what:
            with contextlib.suppress(AssertionError):
                sh(f"ip addr del {address} dev to-next")


def under_load(name, there):
    others = ["10.9.0.77/24", "10.9.0.1/16", "fd09::77/64", "fd09::78/64"]
    for _ in range(rounds(2, 20)):
        for address in ADDRESSES.values():
            lose(
                name,
                there,
                address,
                address,
                decided,
                f"{address} while others come and go",
                lambda: coming_and_going(others),
            )
        with receiver("0.0.0.0") as port, counted(port, "udp", there) as counts:
            sh("ip route add local 10.9.0.66/32 dev lo")
            with coming_and_going(["10.9.0.66/32"]), inside(name):
                udp("10.9.0.66", port, 10 * PACKETS)
            sh("ip route del local 10.9.0.66/32 dev lo")
        assert counts.all == 10 * PACKETS and not counts.there, str(counts)
        assert counts.here + counts.here_undecided == counts.all, str(counts)
        assert counts.there_undecided == counts.here_undecided, str(counts)
        print(f"an address that comes and goes: {counts.here} of {counts.all}")


def crowd(name, there):
    """Many addresses of one namespace are one address of this one. A look-up gives up; and each
    goes at once, however many there are, while the kernel holds the rtnl for all of them."""
    before = addresses()
    sh("ip netns add crowd; ip -n crowd link add peers type dummy")
    with open("/tmp/crowd.batch", "w") as file:
        for number in range(CROWD):
            peer = f"10.100.{number >> 8}.{number & 255}"
            file.write(f"addr add 10.9.0.1 peer {peer}/32 dev peers\n")
    added = seconds(lambda: sh("ip -n crowd -batch /tmp/crowd.batch"))
    assert int(addresses()) > CROWD
    lose(name, there, "10.9.0.1", "10.9.0.1", undecided, f"among {CROWD} of another namespace")
    sh("ip netns del crowd")
    gone = seconds(lambda: until(lambda: addresses() == before, addresses, 120))
    print(f"{CROWD} addresses: added in {added:.1f} s, gone in {gone:.1f} s")
    lose(name, there, "10.9.0.1", "10.9.0.1", decided, "without the others")


def seconds(what):
    begin = time.monotonic()
    what()
    return time.monotonic() - begin


def full(name, there):
    """While the table has no room for all addresses, it is not used."""
    sh("ip netns add full")
    with open("/tmp/full.batch", "w") as file:
        for device in range(FULL // 1000 + 1):
            file.write(f"link add d{device} type dummy\n")
            for number in range(1000):
                address = f"10.{device + 100}.{number >> 8}.{number & 255}"
                file.write(f"addr add {address}/32 dev d{device}\n")
    sh("ip -n full -batch /tmp/full.batch")
    assert addresses() == f"{FULL} (incomplete)"
    lose(name, there, "10.9.0.1", "10.9.0.1", undecided, "a full table")
    sh("ip netns del full")
    until(lambda: not addresses().endswith("(incomplete)"), addresses, 60)
    lose(name, there, "10.9.0.1", "10.9.0.1", decided, "a table with room again")


def run():
    sysctl("net/ipv4/tcp_syncookies", 0)
    # So that no interface of the neighbour has the number of to-next.
    for number in range(5):
        sh(f"ip link add number{number} type dummy")
    with neighbour() as name:
        with inside(name):
            there = cookie()
        assert socket.if_nametoindex("to-next") > 5
        tcp(name, there)
        before = addresses()
        with no_udp_memory():
            for family, address in ADDRESSES.items():
                lose(name, there, address, address, decided, f"udp{family} without memory")
            special(name, there)
            same_address(name, there)
            under_load(name, there)
            if not DEBUG_KERNEL:
                crowd(name, there)
                full(name, there)
        sh(f"ip -n {name} addr del 10.5.0.2/32 dev eth0")
        until(lambda: addresses() == before, lambda: f"{before} addresses, not {addresses()}")
