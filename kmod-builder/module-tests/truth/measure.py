# SPDX-License-Identifier: Apache-2.0
"""What the workloads are written with, beside the rig.

A workload is a function with @workload, which has the name of its line in workloads.conf. It makes
its network namespaces, and then sends its packets in the block of counting(): a probe without
filter counts there, and its files are saved before and after the block, for the judge. A healthy
workload also checks that everything has arrived.
"""

import contextlib
import os
import socket
import struct
import threading
import time

from rig import (
    FOLDER,
    Probe,
    Skip,
    family_of,
    inside,
    neighbour,
    only_what_is_sent,
    read,
    settle,
    sh,
    sysctl,
    until,
)

HERE, NEXT = ("10.9.0.1", "fd09::1"), ("10.9.0.2", "fd09::2")
LOCAL = ("127.0.0.1", "::1")

_workloads = {}
_name = None


def workload(function):
    """Makes the function a workload."""
    _workloads[function.__name__] = function
    return function


def add_workload(name, function):
    """A workload whose name is made."""
    _workloads[name] = function


def run(name):
    global _name  # pylint: disable=global-statement
    _name = name
    if name not in _workloads:
        raise AssertionError(f"workloads.conf has {name}, workloads/*.py have no such function")
    _workloads[name]()
    if not os.path.exists(f"{_folder()}/measured"):
        raise AssertionError("the workload has not counted anything: it needs counting()")


def _save(probe, moment):
    """Copies the files to a folder that the agent can read as if it were /proc/mooc/net."""
    for file in (f"probes/{probe.name}", f"counters/{probe.name}", "interfaces", "reasons"):
        copy = f"{_folder()}/{moment}/drop-probes/{file}"
        os.makedirs(os.path.dirname(copy), exist_ok=True)
        with open(copy, "w") as opened:
            opened.write(read(f"{FOLDER}/{file}"))


def _folder():
    return f"/mnt/out/{_name}"


class Measured:
    """The number N of the table: what was lost or refused, known without the module."""

    n = 0


@contextlib.contextmanager
def counting(n=0):
    """In the block a probe counts. N is given here, or set as an attribute `n` of what is yielded,
    at the latest when the block ends."""
    measured = Measured()
    measured.n = n
    probe = Probe("truth").activate()
    _save(probe, "before")
    yield measured
    time.sleep(0.2)  # for packets that are still under way
    settle(probe)
    _save(probe, "after")
    with open(f"{_folder()}/measured", "w") as file:
        file.write(f"{measured.n}\n")
    print(f"N is {measured.n}", read(f"{FOLDER}/probes/{probe.name}"), sep="\n")
    probe.deactivate()
    probe.remove()


@contextlib.contextmanager
def pair(quiet=False):
    """The neighbour `next`, and no packets between the two but those of the workload, and at the
    beginning reports of group membership; with `quiet`, these have been sent. At the end no
    connection is left."""
    with neighbour() as name:
        only_what_is_sent()
        if quiet:
            time.sleep(3)
        try:
            yield name
        finally:
            with inside(name):
                end_connections()
            end_connections()


def end_connections():
    """Ends all connections of this network namespace. One that is closed, but not at its end, would
    send its FIN again and again, also after its interface was removed, and the next workload would
    count that."""
    if unended():
        sh("ss -tK state connected")
        until(lambda: not unended(), lambda: f"the end of {unended()}")


# As in /proc/net/tcp: FIN_WAIT2, TIME_WAIT, CLOSE and LISTEN.
SENDS_NOTHING = ("05", "06", "07", "0A")


def unended():
    """The connections that may still send something, as lines of the kernel."""
    lines = []
    for file in ("tcp", "tcp6"):
        lines += read(f"/proc/thread-self/net/{file}").splitlines()[1:]
    return [line for line in lines if line.split()[3] not in SENDS_NOTHING]


@contextlib.contextmanager
def listener(address, backlog=100):
    with socket.create_server((address, 0), family=family_of(address), backlog=backlog) as server:
        yield server


def connect(server, name="next", **options):
    """A connection from the neighbour, as both ends of it."""
    with inside(name):
        client = socket.create_connection(server.getsockname()[:2], **options)
    connection, _ = server.accept()
    return client, connection


def exchange(*ends):
    """Sends and receives a few bytes each way."""
    for sender, receiver in (ends, reversed(ends)):
        sender.sendall(b"x" * 64)
        take(receiver, 64)


def take(receiver, size):
    """Receives exactly this many bytes."""
    receiver.settimeout(30)
    left = size
    while left:
        data = receiver.recv(left)
        assert data, f"{size - left} of {size} bytes arrived"
        left -= len(data)


def transfer(sender, receiver, size):
    """Sends this many bytes, while they are received."""
    thread = threading.Thread(target=sender.sendall, args=(b"x" * size,))
    thread.start()
    take(receiver, size)
    thread.join()


def at_once(first, second):
    """Closes a connection: the second side when it has seen that the first one has closed."""
    first.close()
    assert second.recv(100) == b""
    second.close()


def reset_when_closed(some_socket):
    """Its close sends a RST and waits for nothing."""
    some_socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@contextlib.contextmanager
def datagrams(address, **options):
    """A receiver of datagrams."""
    with socket.socket(family_of(address), socket.SOCK_DGRAM) as receiver:
        for option, value in options.items():
            receiver.setsockopt(socket.SOL_SOCKET, getattr(socket, option), value)
        receiver.bind((address, 0))
        yield receiver


def port_of(some_socket):
    return some_socket.getsockname()[1]


def received(receiver):
    """How many datagrams wait, which are taken."""
    receiver.setblocking(False)
    count = 0
    with contextlib.suppress(BlockingIOError):
        while True:
            receiver.recv(65536)
            count += 1
    return count


def needs(command, why):
    """Skips the workload if the kernel lacks what the command uses."""
    try:
        return sh(command)
    except AssertionError as error:
        print(error)
        raise Skip(why) from None


def tunnel(number, kind, remote, options):
    """The interface tunN with 10.66.N.1, a tunnel to `remote`; 10.66.N.2 is behind it."""
    needs(f"modprobe {kind}", f"this kernel has no {kind}")
    name = f"tun{number}"
    sh(f"ip link add {name} type {kind} remote {remote} {options}")
    sysctl(f"net/ipv6/conf/{name}/disable_ipv6", 1)
    sh(f"ip addr add 10.66.{number}.1/24 dev {name}; ip link set {name} up")
    if kind != "ipip":
        mac = f"lladdr 02:00:00:00:00:02 dev {name}"
        sh(f"ip neigh replace 10.66.{number}.2 {mac} nud permanent")
