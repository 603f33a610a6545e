"""The vocabulary of the scenarios: probes, expectations, namespaces, traffic."""

import contextlib
import errno
import json
import os
import re
import signal
import socket
import struct
import subprocess
import time

import module

FOLDER = module.FOLDER
TRACING = "/sys/kernel/tracing/events/skb/kfree_skb"
REASONS = "reasons: kernel" in open(module.SETTINGS).read()  # or the kernel has none
IP_MTU_DISCOVER, IPV6_MTU_DISCOVER, PMTUDISC_PROBE = 10, 23, 3
LONG = os.path.exists("/mnt/rig/long")
DEBUG_KERNEL = os.path.exists("/sys/kernel/debug/kmemleak")
PROTOCOLS = {"none": 0, "icmp": 1, "tcp": 6, "udp": 17, "icmpv6": 58, "sctp": 132}


def rounds(short, long):
    """The number of repetitions: `short`, or `long` with --long. The kernel of `make safety` is more than
    ten times as slow, and does a tenth of `long`, but at least `short`."""
    if not LONG:
        return short
    return max(short, long // 10) if DEBUG_KERNEL else long


class Skip(Exception):
    """Raised with the reason why a scenario can't run on this kernel."""


def release():
    """The version of the running kernel as a pair. Only for what a kernel can't show, never to choose
    what is expected of the module."""
    return tuple(map(int, os.uname().release.split(".")[:2]))


def sh(command):
    """Runs a shell command; raises with its output when it fails."""
    done = subprocess.run(["sh", "-euc", command], capture_output=True, text=True)
    if done.returncode:
        raise AssertionError(f"{command}\n{done.stdout}{done.stderr}")
    return done.stdout


def write(path, text):
    """One write(2)."""
    file = os.open(path, os.O_WRONLY)
    try:
        return os.write(file, text if isinstance(text, bytes) else text.encode())
    finally:
        os.close(file)


def read(path):
    with open(path) as file:
        return file.read()


def sysctl(name, value):
    """Sets a sysctl; one that each network namespace has is set for this one."""
    write(f"/proc/sys/{name}", str(value))


def control(text):
    return write(f"{FOLDER}/control", text)


def refuses(number, action, *args):
    """Asserts that the action fails with this errno."""
    try:
        action(*args)
    except OSError as error:
        assert error.errno == number, f"{args}: {errno.errorcode[error.errno]} instead of {errno.errorcode[number]}"
    else:
        raise AssertionError(f"{args}: accepted instead of {errno.errorcode[number]}")


def until(condition, what, seconds=30):
    """Waits for a condition; fails with `what` after some time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what() if callable(what) else what}")
        time.sleep(0.02)


# Records


class Record:
    """One line of a snapshot: a kind, values as text, and attributes as text or numbers."""

    def __init__(self, line):
        words = line.split(" ")
        self.kind = words[0]
        self.values = dict(word.split("=", 1) for word in words[1:])

    def __getattr__(self, key):
        value = self.__dict__["values"][key.replace("_", "-")]
        return int(value) if value.isdigit() else value


def records(path):
    """The records of a snapshot, without the trailer, which is checked."""
    lines = read(path).splitlines()
    assert lines[-1] == f"end records={len(lines) - 1}", f"{path} ends with {lines[-1]!r} after {len(lines) - 1} records"
    return [Record(line) for line in lines[:-1]]


class Snapshot:
    """The counters of a probe at one moment, checked for what must always hold."""

    def __init__(self, name):
        everything = records(f"{FOLDER}/probes/{name}")
        self.text = "\n".join(f"{record.kind} {record.values}" for record in everything)
        self.probe, self.total = everything[:2]
        assert (self.probe.kind, self.total.kind) == ("probe", "total"), self.text
        self.reasons = [record for record in everything if record.kind == "reason"]
        self.cells = [record for record in everything if record.kind == "cell"]
        self.stages = [record for record in everything if record.kind == "stage"]
        for value in ("packets", "segments", "bytes"):
            of_reasons = sum(getattr(record, value) for record in self.reasons)
            assert getattr(self.total, value) == of_reasons, f"total {value} is not the sum of the reasons\n{self.text}"
        in_cells = sum(cell.packets for cell in self.cells)
        assert in_cells + self.total.unkeyed == self.total.packets, f"cells and unkeyed are not the total\n{self.text}"

    def by_reason(self):
        return {record.name: record.packets for record in self.reasons}

    def refused(self):
        """Packets to a port without a socket; by location if the kernel has no reasons."""
        if REASONS:
            return self.by_reason().get("NO_SOCKET", 0)
        return sum(cell.packets for cell in self.cells if re.match(r"(__udp[46]_lib|tcp_v[46])_rcv\+", cell.location))


class Probe:
    """A probe, added as the agent would add it."""

    def __init__(self, name="test", options="", owner="rig"):
        self.name = name
        self.who = f"{name} uid=uid-of-{name} owner={owner}"
        control(f"add {self.who} lease=86400 {options}".strip())

    def command(self, verb, options=""):
        control(f"{verb} {self.who} {options}".strip())

    def activate(self):
        self.command("activate")
        return self

    def deactivate(self):
        self.command("deactivate")

    def remove(self):
        self.command("remove")

    def read(self):
        return Snapshot(self.name)


# The kernel's own count, to compare with


class Oracle:
    """A histogram of the tracepoint by reason; not there if the kernel has no histograms or no reasons."""

    def __init__(self):
        self.there = os.path.exists(f"{TRACING}/hist") and "reason" in read(f"{TRACING}/format")
        if self.there:
            write(f"{TRACING}/trigger", "hist:keys=reason:size=2048")
        assert self.there or not REASONS, "a kernel with reasons that has no histogram of them"

    def read(self):
        lines = re.findall(r"\{ reason: +(\d+) *\} hitcount: +(\d+)", read(f"{TRACING}/hist"))
        return {int(reason): int(count) for reason, count in lines}

    def close(self):
        if self.there:
            write(f"{TRACING}/trigger", "!hist:keys=reason:size=2048")


def agreed(probe, oracle):
    """A snapshot and the oracle's counts, with no drop in between."""
    if not oracle.there:
        return probe.read(), {}
    for _ in range(100):
        before = oracle.read()
        snapshot = probe.read()
        if oracle.read() == before:
            return snapshot, before
    raise AssertionError("drops never paused long enough to compare with the oracle")


def check_oracle(before, after, oracle_before, oracle_after):
    """Everything that the kernel freed by kfree_skb() is in the total or in notdrops, and no reason has
    more packets than in the kernel's histogram."""
    freed = sum(oracle_after.values()) - sum(oracle_before.values())
    ours = after.total.packets - before.total.packets + after.total.notdrops - before.total.notdrops
    assert freed == ours, f"the kernel freed {freed}, the probe has {ours}\n{before.text}\n--\n{after.text}"
    had = {record.id: record.packets for record in before.reasons}
    for record in after.reasons:
        counted = record.packets - had.get(record.id, 0)
        kernels = oracle_after.get(record.id, 0) - oracle_before.get(record.id, 0)
        assert counted <= kernels, f"{record.name}: {counted} counted, {kernels} in the kernel's histogram"


# Expectations

# By reason, the location at which 5.10, which has no reasons, drops such packets.
LOCATIONS = {
    "IP_INHDR": "ip6?_forward",
    "IP_INNOROUTES": "ip_error|ip6_pkt_drop",
    "IP_RPFILTER": "ip_rcv_finish_core.*",
    "NETFILTER_DROP": "nf_hook_slow",
    "NO_SOCKET": "__udp[46]_lib_rcv|tcp_v[46]_rcv",
    "PKT_TOO_BIG": "ip6?_forward",
    "QDISC_DROP": "__dev_queue_xmit|kfree_skb_list",
    "SOCKET_RCVBUFF": "udpv?6?_queue_rcv_one_skb",
    "TC_INGRESS": "__netif_receive_skb_core.*",
    "UDP_CSUM": "udpv?6?_queue_rcv_one_skb|__udp[46]_lib_rcv",
}


class Drop:
    """What must be counted. Values that are None are not compared. The number of packets may be a
    function, called at the end. The reason may be a tuple of those that different kernels give; on a
    kernel without reasons the location is compared. The interface is a name, or "" if the packet had
    none yet."""

    def __init__(self, packets, reason=None, family=None, protocol=None, direction=None, interface=None, location=None, netns=None, **more):
        self.want = {
            "packets": packets,
            "reason": reason if REASONS else "-",
            "family": family,
            "protocol": PROTOCOLS[protocol] if protocol else None,
            "direction": direction,
            "ifindex": interface and socket.if_nametoindex(interface) if interface is not None else None,
            "location": location,
            "netns": netns if netns is not None else cookie(),
            **more,
        }
        if not REASONS and not location:
            self.want["location"] = LOCATIONS.get(reason if isinstance(reason, str) or not reason else reason[0])
        if interface == "":
            self.want["ifindex"] = 0

    def fits(self, seen):
        for key, value in self.want.items():
            if callable(value):
                value = value()
            if value is None or value == ():
                continue
            if key == "location":
                if not re.fullmatch(rf"({value})\+0x[0-9a-f]+", seen[key]):
                    return False
            elif key == "reason" and isinstance(value, (tuple, set)):
                if seen[key] not in value:
                    return False
            elif seen[key] != value:
                return False
        return True

    def __repr__(self):
        return " ".join(f"{key}={value() if callable(value) else value}" for key, value in self.want.items() if value is not None)


# What a new interface sends to discover its neighbours, and is dropped; on older kernels, also errors
# that were processed.
ICMPV6 = Drop(None, protocol="icmpv6", netns=())
ICMP = Drop(None, protocol="icmp", netns=())

KEYS = ("reason", "location", "family", "protocol", "direction", "netns", "ifindex", "cgroup")


def growth(before, after):
    """The cells that have grown, as dictionaries, with the names of reasons."""
    names = {record.id: record.name for record in after.reasons}
    had = {tuple(cell.values[key] for key in KEYS): cell for cell in before.cells}
    grown = []
    for cell in after.cells:
        old = had.get(tuple(cell.values[key] for key in KEYS))
        packets = cell.packets - (old.packets if old else 0)
        if packets:
            seen = {key: getattr(cell, key) for key in KEYS}
            seen.update(packets=packets, reason=names[cell.reason], bytes=cell.bytes - (old.bytes if old else 0))
            seen["segments"] = cell.segments - (old.segments if old else 0)
            grown.append(seen)
    return grown


def match_all(expected, grown, namespaces, noise):
    """Each expectation matches one cell, and no other cell of these namespaces has grown but for noise."""
    rest = [seen for seen in grown if seen["netns"] in namespaces]
    for drop in expected:
        for seen in rest:
            if drop.fits(seen):
                rest.remove(seen)
                break
        else:
            raise AssertionError(f"expected {drop}\ngot\n" + "\n".join(map(str, grown)))
    rest = [seen for seen in rest if not any(drop.fits({**seen, "packets": None}) for drop in noise)]
    if rest:
        raise AssertionError(f"expected {expected} and nothing else\ngot also\n" + "\n".join(map(str, rest)))


@contextlib.contextmanager
def expect(*drops, namespaces=(), noise=()):
    """Counts what the block drops, with a probe that has no filter. It must be exactly these drops in this
    namespace and the given ones, and nothing else but noise, and the kernel's own histogram must agree."""
    oracle = Oracle()
    probe = Probe("expect").activate()
    try:
        before, oracle_before = agreed(probe, oracle)
        yield probe
        settle(probe)
        after, oracle_after = agreed(probe, oracle)
        match_all(drops, growth(before, after), {cookie(), *namespaces}, noise)
        if oracle.there:
            check_oracle(before, after, oracle_before, oracle_after)
    finally:
        oracle.close()
        probe.deactivate()
        probe.remove()


def settle(probe):
    """Waits until the counts stop growing: then packets in softirqs have been counted."""
    last = None
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        now = probe.read().total.packets
        if now == last:
            return
        last = now
        time.sleep(0.05)


# Namespaces and traffic


def cookie():
    """The cookie of this process's network namespace."""
    inum = os.stat("/proc/thread-self/ns/net").st_ino
    return next(record.cookie for record in records(f"{FOLDER}/namespaces") if record.inum == inum)


@contextlib.contextmanager
def inside(name):
    """Runs the block in the network namespace of this name (`ip netns add`)."""
    home, there = os.open("/proc/thread-self/ns/net", os.O_RDONLY), os.open(f"/run/netns/{name}", os.O_RDONLY)
    os.setns(there, os.CLONE_NEWNET)
    try:
        yield
    finally:
        os.setns(home, os.CLONE_NEWNET)
        os.close(home)
        os.close(there)


def enter_host():
    """Moves this process to the initial network namespace, for good."""
    os.setns(os.open("/proc/1/ns/net", os.O_RDONLY), os.CLONE_NEWNET)


@contextlib.contextmanager
def refuses_port(port):
    """In the block, a rule drops UDP to this port on input and output; its counter is `refused`."""
    sh("nft add table inet t; nft add counter inet t refused")
    try:
        for hook in ("input", "output"):
            sh(f"nft add chain inet t {hook} '{{ type filter hook {hook} priority 0; }}'")
            sh(f"nft add rule inet t {hook} udp dport {port} counter name refused drop")
        yield
    finally:
        sh("nft delete table inet t")


@contextlib.contextmanager
def neighbour(name="next", net=9):
    """Another namespace, connected to this one by a veth pair: here `to-NAME` with 10.NET.0.1 and
    fd0NET::1, there `eth0` with 10.NET.0.2 and fd0NET::2, and the default route."""
    sh(f"""
      ip netns add {name}
      ip link add to-{name} type veth peer name eth0 netns {name}
      ip addr add 10.{net}.0.1/24 dev to-{name}
      ip addr add fd0{net}::1/64 dev to-{name} nodad
      ip link set to-{name} up
      ip -n {name} addr add 10.{net}.0.2/24 dev eth0
      ip -n {name} addr add fd0{net}::2/64 dev eth0 nodad
      ip -n {name} link set lo up
      ip -n {name} link set eth0 up
      ip -n {name} route add default via 10.{net}.0.1
      ip -n {name} route add default via fd0{net}::1""")
    for address in (f"10.{net}.0.2", f"fd0{net}::2"):
        until(lambda there=address: refused_by(there), f"{address} to answer")
    try:
        yield name
    finally:
        sh(f"ip netns del {name}")


def only_what_is_sent():
    """Stops neighbour discovery and router solicitation between this namespace and `next`: a queue would
    hold and drop those packets too."""
    sysctl("net/ipv6/conf/to-next/router_solicitations", 0)
    here, there = (json.loads(sh(f"ip -j {where}"))[0]["address"] for where in ("link show to-next", "-n next link show eth0"))
    for net in ("10.9.0.", "fd09::"):
        sh(f"ip neigh replace {net}2 lladdr {there} dev to-next nud permanent")
        sh(f"ip -n next neigh replace {net}1 lladdr {here} dev eth0 nud permanent")


@contextlib.contextmanager
def router():
    """This namespace forwards between two neighbours, `left` (10.9.0.2, fd09::2) and `right` (10.8.0.2, fd08::2)."""
    with neighbour("left", 9) as left, neighbour("right", 8) as right:
        sysctl("net/ipv4/ip_forward", 1)
        sysctl("net/ipv6/conf/all/forwarding", 1)
        yield left, right


def start_in_cgroup(path):
    """Starts a process in a new network namespace and a new cgroup; to be ended by stop()."""
    folder = "/sys/fs/cgroup" + path
    os.makedirs(folder)
    pid = os.fork()
    if pid == 0:
        write(f"{folder}/cgroup.procs", str(os.getpid()))
        os.unshare(os.CLONE_NEWNET)
        os.execvp("sleep", ["sleep", "600"])
    until(lambda: read(f"/proc/{pid}/comm") == "sleep\n", "a process in a cgroup of its own")
    return pid


def stop(pid, path):
    """Ends a process of start_in_cgroup(), and removes its cgroup."""
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    while path != "/":
        os.rmdir("/sys/fs/cgroup" + path)
        path = os.path.dirname(path)


def refused_by(address):
    """Whether the address exists and refuses a connection."""
    with socket.socket(family_of(address), socket.SOCK_STREAM) as client:
        client.settimeout(1)
        try:
            return client.connect_ex((address, 9)) == errno.ECONNREFUSED
        except TimeoutError:
            return False


def family_of(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def udp(address, port, packets, size=64, source=None, hops=None, whole=False):
    """Sends datagrams from one unconnected socket, so that no error is reported to it; with `whole`, never
    in fragments, whatever the MTU of the path."""
    six = ":" in address
    with socket.socket(family_of(address), socket.SOCK_DGRAM) as sender:
        if source:
            sender.bind((source, 0))
        if hops:
            sender.setsockopt(*(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS) if six else (socket.IPPROTO_IP, socket.IP_TTL), hops)
        if whole:
            sender.setsockopt(*(socket.IPPROTO_IPV6, IPV6_MTU_DISCOVER) if six else (socket.IPPROTO_IP, IP_MTU_DISCOVER), PMTUDISC_PROBE)
        for _ in range(packets):
            sender.sendto(b"x" * size, (address, port))


def syn(address, port, protocol=socket.IPPROTO_TCP):
    """Sends one SYN without waiting for an answer."""
    with socket.socket(family_of(address), socket.SOCK_STREAM, protocol) as client:
        client.setblocking(False)
        client.connect_ex((address, port))


@contextlib.contextmanager
def sends_no(name, what):
    """In the block, packets that match do not leave the namespace."""
    nft = f"ip netns exec {name} nft"
    sh(f"{nft} -f - <<'N'\ntable inet held {{\nchain out {{\ntype filter hook output priority 0\n{what} drop\n}}\n}}\nN")
    try:
        yield
    finally:
        sh(f"{nft} delete table inet held")


def raw_ip(address, protocol, payload, flags=0, number=0):
    """Sends one packet with a hand-made IP header, whose source is its destination."""
    raw = socket.inet_pton(family_of(address), address)
    if ":" in address:
        header = struct.pack("!IHBB", 6 << 28, len(payload), protocol, 64) + raw + raw
    else:
        header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), number, flags, 64, protocol, 0) + raw + raw
    with socket.socket(family_of(address), socket.SOCK_RAW, socket.IPPROTO_RAW) as sender:
        sender.sendto(header + payload, (address, 0))


def raw_udp(address, port, data, checksum):
    """Sends a datagram with this checksum."""
    raw_ip(address, PROTOCOLS["udp"], struct.pack("!HHHH", 5555, port, 8 + len(data), checksum) + data)


def raw_fragment(address, number, part=0, port=9):
    """Sends one fragment of 64 bytes of a UDP datagram, with the flag "more fragments". Every part begins
    with bytes that look like a UDP header for the port, but only part 0 has one."""
    data = struct.pack("!HHHH", 5555, port, 1000, 0) + b"x" * 56
    if ":" in address:
        raw_ip(address, 44, struct.pack("!BBHI", PROTOCOLS["udp"], 0, part * 64 | 1, number) + data)
    else:
        raw_ip(address, PROTOCOLS["udp"], data, flags=0x2000 | part * 8, number=number + 1)


def snmp_ext(name):
    """A TcpExt counter of this namespace, from /proc/net/netstat."""
    keys, values = [line.split()[1:] for line in read(f"/proc/{os.getpid()}/net/netstat").splitlines() if line.startswith("TcpExt:")]
    return int(values[keys.index(name)])


def snmp(name):
    """An SNMP counter of this namespace, such as `UdpNoPorts` or `Udp6NoPorts`."""
    proc = f"/proc/{os.getpid()}/net"
    if "6" in name:
        return int(re.search(rf"^{name}\s+(\d+)", read(f"{proc}/snmp6"), re.M).group(1))
    group, counter = re.fullmatch(r"([A-Z][a-z]+)(.*)", name).groups()
    keys, values = [line.split()[1:] for line in read(f"{proc}/snmp").splitlines() if line.startswith(group + ":")]
    return int(values[keys.index(counter)])


def action_counts(interface):
    """Packets that each action of the interface's ingress filters has handled."""
    filters = json.loads(sh(f"tc -j -s filter show dev {interface} ingress"))
    return [action["stats"]["packets"] for each in filters for action in each.get("options", {}).get("actions", ())]


def nft_count(counter):
    """Packets of an nft counter."""
    return int(re.search(r"packets (\d+)", sh(f"nft list counter inet t {counter}")).group(1))
