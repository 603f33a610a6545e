# SPDX-License-Identifier: Apache-2.0
"""Network namespaces, veth pairs, filter rules, cgroups."""

import contextlib
import fcntl
import os
import signal
import socket
import struct

from .snapshot import records
from .system import FOLDER, read, sh, sysctl, until, write
from .traffic import refused_by

SIOCGIFHWADDR = 0x8927


def cookie():
    """The netns cookie of this process, as the module reports it."""
    inum = os.stat("/proc/thread-self/ns/net").st_ino
    return next(record.cookie for record in records(f"{FOLDER}/namespaces") if record.inum == inum)


@contextlib.contextmanager
def inside(name):
    """Runs the block in the network namespace of this name (`ip netns add NAME`)."""
    home, other = os.open("/proc/thread-self/ns/net", os.O_RDONLY), os.open(
        f"/run/netns/{name}", os.O_RDONLY
    )
    os.setns(other, os.CLONE_NEWNET)
    try:
        yield
    finally:
        os.setns(home, os.CLONE_NEWNET)
        os.close(home)
        os.close(other)


def ip(commands, name=None):
    """Runs `ip` with each of the lines, in the network namespace of this name."""
    sh(f"ip {f'-n {name}' if name else ''} -batch - <<'END'\n{commands}\nEND")


def enter_host():
    """Moves this process to the network namespace of the first process, for good."""
    os.setns(os.open("/proc/1/ns/net", os.O_RDONLY), os.CLONE_NEWNET)


@contextlib.contextmanager
def refuses_port(port):
    """In the block, a rule with counter `refused` drops UDP to this port, in both directions."""
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
    """Another network namespace, connected by a veth pair.

    This side is `to-NAME` with 10.NET.0.1 and fd0NET::1, the other `eth0` with 10.NET.0.2 and
    fd0NET::2, which routes everything through this side. Neither end asks whether another host has
    its link-local address: such a solicitation would come a second or so later, as one too many.
    """
    ip(
        f"""
      netns add {name}
      link add to-{name} type veth peer name eth0 netns {name}"""
    )
    sysctl(f"net/ipv6/conf/to-{name}/dad_transmits", 0)
    with inside(name):
        sysctl("net/ipv6/conf/eth0/dad_transmits", 0)
    ip(
        f"""
      addr add 10.{net}.0.1/24 dev to-{name}
      addr add fd0{net}::1/64 dev to-{name} nodad
      link set to-{name} up"""
    )
    ip(
        f"""
      addr add 10.{net}.0.2/24 dev eth0
      addr add fd0{net}::2/64 dev eth0 nodad
      link set lo up
      link set eth0 up
      route add default via 10.{net}.0.1
      route add ::/0 via fd0{net}::1""",
        name,
    )
    for address in (f"10.{net}.0.2", f"fd0{net}::2"):
        until(lambda there=address: refused_by(there), f"{address} to answer")
    try:
        yield name
    finally:
        sh(f"ip netns del {name}")


def only_what_is_sent(name="next", net=9):
    """Stops neighbour and router discovery with a neighbour: a queue would drop these packets,
    too."""
    sysctl(f"net/ipv6/conf/to-{name}/router_solicitations", 0)
    with inside(name):
        sysctl("net/ipv6/conf/eth0/router_solicitations", 0)
    near = hardware_address(f"to-{name}")
    with inside(name):
        far = hardware_address("eth0")
    for where, last, interface, address in ((None, 2, f"to-{name}", far), (name, 1, "eth0", near)):
        ip(
            f"""
          neigh replace 10.{net}.0.{last} lladdr {address} dev {interface} nud permanent
          neigh replace fd0{net}::{last} lladdr {address} dev {interface} nud permanent""",
            where,
        )


def hardware_address(interface):
    """The hardware address of an interface of this network namespace."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        answer = fcntl.ioctl(any_socket, SIOCGIFHWADDR, struct.pack("40s", interface.encode()))
    return answer[18:24].hex(":")


@contextlib.contextmanager
def router():
    """This network namespace forwards between `left` (10.9.0.2, fd09::2) and `right` (10.8.0.2,
    fd08::2)."""
    with neighbour("left", 9) as left, neighbour("right", 8) as right:
        sysctl("net/ipv4/ip_forward", 1)
        sysctl("net/ipv6/conf/all/forwarding", 1)
        yield left, right


def start_in_cgroup(path):
    """Starts a process in a new network namespace and a new cgroup; returns its id, for stop()."""
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
    """Ends the process of start_in_cgroup() and removes its cgroups."""
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    while path != "/":
        os.rmdir("/sys/fs/cgroup" + path)
        path = os.path.dirname(path)


@contextlib.contextmanager
def sends_no(name, what):
    """In the block, packets that match the rule do not leave the network namespace."""
    nft = f"ip netns exec {name} nft"
    chain = f"chain out {{\ntype filter hook output priority 0\n{what} drop\n}}"
    sh(f"{nft} -f - <<'N'\ntable inet held {{\n{chain}\n}}\nN")
    try:
        yield
    finally:
        sh(f"{nft} delete table inet held")
