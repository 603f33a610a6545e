# SPDX-License-Identifier: Apache-2.0
"""Receivers that have no room: what they did not get is lost."""

import contextlib
import ctypes
import fcntl
import mmap
import os
import re
import socket
import struct
import threading
import time

import module
from measure import (
    HERE,
    LOCAL,
    NEXT,
    connect,
    counting,
    datagrams,
    exchange,
    listener,
    needs,
    pair,
    port_of,
    received,
    reset_when_closed,
    workload,
)
from rig import by_hand, inside, read, sh, snmp_ext, syn, sysctl, udp, until

PACKETS = 400
SEGMENT = 1000
WAITING, SO_RCVBUFFORCE = 3 << 20, 33


@workload
def udp_buffer_full():
    with counting() as measured:
        for address in LOCAL:
            with datagrams(address, SO_RCVBUF=8192) as receiver:
                udp(address, port_of(receiver), PACKETS)
                measured.n += PACKETS - received(receiver)
    assert 0 < measured.n < 2 * PACKETS, measured.n


@workload
def udp_buffer_full_by_network():
    with pair() as name, counting() as measured:
        for address in HERE:
            with datagrams(address, SO_RCVBUF=8192) as receiver:
                with inside(name):
                    udp(address, port_of(receiver), PACKETS)
                time.sleep(0.2)
                measured.n += PACKETS - received(receiver)
    assert 0 < measured.n < 2 * PACKETS, measured.n


@workload
def udp_memory_full():
    """All sockets together have used up the memory that UDP may take."""
    with machine_sysctl("net/ipv4/udp_mem", "0 0 0"), counting() as measured:
        for address in LOCAL:
            with datagrams(address) as receiver:
                udp(address, port_of(receiver), PACKETS, 1000)
                measured.n += PACKETS - received(receiver)
    assert measured.n, "all datagrams were received"


SOURCES = (("10.9.0.50", "10.9.0.1"), ("fd09::50", "fd09::1"))


@contextlib.contextmanager
def clients_by_hand(**options):
    """The neighbour, with both clients of by_hand(), whose kernel does not see what is sent to
    them. Yields what by_hand() yields for each; they stay open while the block runs. Then a RST
    ends them, because no kernel would answer a FIN."""
    with pair() as name, contextlib.ExitStack() as open_ones:
        pairs = [
            open_ones.enter_context(by_hand(name, source, address, **options))
            for source, address in SOURCES
        ]
        for connection, _ in pairs:
            reset_when_closed(connection)
        sh(f"ip -n {name} link add sink0 type dummy; ip -n {name} link set sink0 up")
        sh(f"tc -n {name} qdisc add dev eth0 clsact")
        for number, (source, _) in enumerate(SOURCES, 1):
            protocol = "ipv6" if ":" in source else "ip"
            sh(
                f"tc -n {name} filter add dev eth0 ingress protocol {protocol} prio {number} "
                f"flower dst_ip {source} action mirred egress redirect dev sink0"
            )
        yield pairs


def send_by_hand(client, offsets, size):
    with inside("next"):
        for offset in offsets:
            client.send(1 + offset, b"x" * size)
    time.sleep(0.2)


def segments_by_hand(count, size):
    """Sends segments, whatever the window is. N is what did not arrive."""
    with clients_by_hand() as pairs, counting() as measured:
        for connection, client in pairs:
            send_by_hand(client, range(0, count * size, size), size)
            # A segment whose first bytes fit into the window is received in part.
            measured.n += count - -(-bytes_in(connection) // size)
    assert 0 < measured.n < 2 * count, measured.n


def bytes_in(connection):
    connection.setblocking(False)
    count = 0
    try:
        while True:
            data = connection.recv(65536)
            if not data:
                return count
            count += len(data)
    except BlockingIOError:
        return count


@workload
def tcp_buffer_full():
    """Data beyond the window of a receiver that does not read."""
    segments_by_hand(100, SEGMENT)


@workload
def tcp_out_of_order_buffer_full():
    """Segments that wait for a missing one, in a buffer that is full."""
    # From the last to the first, so that each precedes all that wait.
    refused = out_of_order(range(40, 0, -1), 20)
    assert 0 < refused < 80, refused


def out_of_order(numbers, size, **options):
    """Sends segments with a gap before each, so that none can be merged. Returns N,
    what has no room to wait until the gaps are filled."""
    with clients_by_hand(**options) as pairs, counting() as measured:
        for connection, client in pairs:
            offsets = [2 * number * size for number in numbers]
            send_by_hand(client, offsets[:1], size)
            one = taken(connection) or 1
            send_by_hand(client, offsets[1:], size)
            measured.n += len(offsets) - taken(connection) // one
    return measured.n


def taken(connection):
    """Bytes of memory that the packets of the receive queues take."""
    line = sh(f"ss -tmnH state established 'sport = :{port_of(connection)}'")
    return int(re.search(r"skmem:\(r(\d+),", line).group(1))


@workload
def tcp_memory_full():
    """All sockets together have used up the memory that TCP may take."""
    # Each buffer has room for all, but may take only the next segment, which never comes.
    with memory_in_use(), machine_sysctl("net/ipv4/tcp_mem", "0 0 0"):
        refused = out_of_order(range(1, 41), 200, buffer=1 << 16)
    assert 0 < refused <= 80, refused


@contextlib.contextmanager
def memory_in_use():
    """In the block, data waits for a reader. A processor adds the pages that it has taken to the
    sum that is compared with tcp_mem only when there are 256 of them, so a few alone would never be
    too many."""
    with listener(LOCAL[0]) as server, socket.socket() as sender:
        server.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 4 * WAITING)
        sender.connect(server.getsockname())
        connection, _ = server.accept()
        with connection:
            sender.sendall(b"x" * WAITING)
            until(lambda: tcp_pages() > 256, lambda: f"{tcp_pages()} pages to be many")
            yield


def tcp_pages():
    """The pages that TCP has taken, as the kernel compares them with tcp_mem."""
    return int(re.search(r"^TCP: .* mem (\d+)", read("/proc/net/sockstat"), re.M).group(1))


class Stuck:
    """Memory that stops the thread that touches it first, until release()."""

    USERFAULTFD, API, REGISTER, ZEROPAGE = 323, 0xC018AA3F, 0xC020AA00, 0xC020AA04
    SIZE = 8192

    def __init__(self):
        self.file = ctypes.CDLL(None, use_errno=True).syscall(self.USERFAULTFD, os.O_CLOEXEC)
        assert self.file >= 0, os.strerror(ctypes.get_errno())
        self.memory = mmap.mmap(-1, self.SIZE)
        self.address = ctypes.addressof(ctypes.c_char.from_buffer(self.memory))
        fcntl.ioctl(self.file, self.API, struct.pack("QQQ", 0xAA, 0, 0))
        self.call(self.REGISTER, 1)

    def call(self, number, mode):
        fcntl.ioctl(self.file, number, struct.pack("QQQq", self.address, self.SIZE, mode, 0))

    def release(self):
        self.call(self.ZEROPAGE, 0)


@workload
def tcp_backlog_full():
    """A reader is held in the middle of its read, so segments wait in the backlog of its socket."""
    held = []
    with clients_by_hand() as pairs:
        with counting() as measured:
            for connection, client in pairs:
                before = snmp_ext("TCPBacklogDrop")
                send_by_hand(client, [0], SEGMENT)
                memory = Stuck()
                reader = threading.Thread(
                    target=connection.recv_into, args=(memory.memory, SEGMENT)
                )
                reader.start()
                held.append((memory, reader))
                time.sleep(0.3)
                for number in range(1, 5000):
                    send_now(client, number * SEGMENT)
                    if number % 10 == 0 and snmp_ext("TCPBacklogDrop") - before >= 20:
                        break
                measured.n += snmp_ext("TCPBacklogDrop") - before
        # What waits in the backlog is more than the window has room for.
        for memory, reader in held:
            memory.release()
            reader.join()
    assert measured.n >= 40, measured.n


def send_now(client, offset):
    with inside("next"):
        client.send(1 + offset, b"x" * SEGMENT)


@workload
def listener_full_at_last_ack():
    """The ACKs that would end the handshake find the accept queue full."""
    at_last_ack(cookies=0)


@workload
def listener_full_with_cookies():
    """The same, but until then the listener knows nothing of the connections."""
    at_last_ack(cookies=2)


def at_last_ack(cookies):
    with pair() as name:
        sysctl("net/ipv4/tcp_syncookies", cookies)
        sysctl("net/ipv4/tcp_synack_retries", 0)  # each client is answered, and tries, once
        # All SYNs are answered before the first ACK comes.
        sh(f"tc -n {name} qdisc add dev eth0 root netem delay 500ms")
        before = snmp_ext("ListenOverflows")
        with counting() as measured:
            for address in HERE:
                with listener(address, 8) as server:
                    with inside(name):
                        clients = [socket.socket(server.family) for _ in range(5)]
                    for client in clients:
                        client.setblocking(False)
                        client.connect_ex(server.getsockname()[:2])
                    time.sleep(0.75)
                    server.listen(0)
                    time.sleep(1)
                    keep(server, clients)
            measured.n = snmp_ext("ListenOverflows") - before
        assert measured.n >= 8, measured.n


_kept = []


def keep(*sockets):
    """Leaves them open, so that none of them sends anything more while the probe counts."""
    _kept.append(tuple(each.dup() if hasattr(each, "dup") else each for each in sockets))


@workload
def listener_full_at_syn():
    """SYNs at a full accept queue."""
    with pair() as name:
        with counting() as measured:
            before = snmp_ext("ListenDrops")
            for address in HERE:
                with listener(address, 0) as server:
                    with inside(name):
                        clients = [socket.create_connection(server.getsockname()[:2])]
                        for _ in range(20):
                            syn(*server.getsockname()[:2])
                    time.sleep(0.2)
                    keep(server, clients)
            measured.n = snmp_ext("ListenDrops") - before
        assert measured.n == 40, measured.n


@contextlib.contextmanager
def full_conntrack():
    """The table of connections is full of connections in use, which do not make room."""
    with pair(quiet=True) as name, listener(HERE[0]) as server:
        needs("modprobe nf_conntrack", "this kernel has no conntrack")
        sh(
            "nft add table inet c; nft add chain inet c c "
            "'{ type filter hook prerouting priority 0; ct state invalid counter; }'"
        )
        ends = [connect(server) for _ in range(4)]
        for both in ends:
            exchange(*both)
        with machine_sysctl("net/netfilter/nf_conntrack_max", len(ends)):
            yield name


@workload
def conntrack_full():
    with full_conntrack() as name, datagrams(HERE[0]) as receiver, counting() as measured:
        with inside(name):
            udp(HERE[0], port_of(receiver), 20)
        time.sleep(0.2)
        measured.n = 20 - received(receiver)
        assert measured.n == 20, measured.n


@workload
def conntrack_full_beside_rule():
    """The kernel frees both at one function, without a reason that distinguishes them."""
    with full_conntrack() as name, datagrams(HERE[0]) as receiver:
        sh(
            "nft add chain inet c raw '{ type filter hook prerouting priority -300; }'; "
            "nft add rule inet c raw udp dport 1001 drop"
        )
        with counting() as measured:
            with inside(name):
                udp(HERE[0], port_of(receiver), 20)
                udp(HERE[0], 1001, 40)
            time.sleep(0.2)
            measured.n = 20 - received(receiver)
            assert measured.n == 20, measured.n


@workload
def conntrack_clash():
    """Each packet but the first would be a connection that exists already, seen from its other end.
    So conntrack cannot add it."""
    with contextlib.ExitStack() as ends:
        name = ends.enter_context(pair(quiet=True))
        with inside(name):
            receiver = ends.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            receiver.bind((NEXT[0], 2000))
        needs("modprobe nf_conntrack", "this kernel has no conntrack")
        sh(
            "nft add table ip c; nft add chain ip c c "
            "'{ type nat hook postrouting priority 100; }'; "
            f"nft add rule ip c c udp dport 2000 snat to {HERE[0]}:5000"
        )
        ends.enter_context(counting(20))
        for _ in range(21):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                with contextlib.suppress(PermissionError):
                    sender.sendto(b"", (NEXT[0], 2000))
        assert received(receiver) == 1


@workload
def card_without_buffers():
    """There is no packet that could be freed."""
    with module.held("device"):
        sh("ip link set held0 up")
        with counting(13):
            module.count_at_held0(20, 13)


@workload
def cpu_backlog_full():
    """More packets at once than the queue of a processor takes."""
    with pair(quiet=True) as name:
        # They are held, and then sent in one go.
        sh(f"tc -n {name} qdisc add dev eth0 root netem delay 300ms slot 200ms 200ms limit 10000")
        with datagrams(HERE[0], SO_RCVBUF=1 << 20) as receiver:
            with machine_sysctl("net/core/netdev_max_backlog", 5), counting() as measured:
                with inside(name):
                    udp(HERE[0], port_of(receiver), 60)
                time.sleep(1.5)
                measured.n = 60 - received(receiver)
        assert measured.n, "all were received"


@contextlib.contextmanager
def machine_sysctl(name, value):
    """In the block, a sysctl of the whole machine, which only its first namespace has, is this."""
    path = f"/proc/sys/{name}"
    before = in_host(f"cat {path}").strip()
    in_host(f"echo {value} > {path}")
    try:
        yield
    finally:
        in_host(f"echo {before} > {path}")


def in_host(command):
    return sh(f"nsenter --net=/proc/1/ns/net sh -euc '{command}'")
