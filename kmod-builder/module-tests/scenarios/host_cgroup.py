# SPDX-License-Identifier: Apache-2.0
"""In the initial network namespace, which pods may share, a drop is counted with the cgroup of its
socket; also of a socket that the kernel made for MPTCP."""
import contextlib
import errno
import os
import socket

from rig import (
    Probe,
    Skip,
    cookie,
    enter_host,
    neighbour,
    only_what_is_sent,
    settle,
    sh,
    syn,
    write,
)

PACKETS = 40
IPPROTO_MPTCP = 262
FOLDER = "/sys/fs/cgroup/dropprobe-pod"


def run():
    enter_host()
    with neighbour(), in_cgroup():
        only_what_is_sent()
        sh("tc qdisc add dev to-next root netem loss 100%")
        syns_are_the_cgroups(socket.IPPROTO_TCP)
        try:
            socket.socket(socket.AF_INET, socket.SOCK_STREAM, IPPROTO_MPTCP).close()
        except OSError as error:
            if error.errno != errno.EPROTONOSUPPORT:
                raise
            raise Skip("this kernel has no MPTCP; with TCP all is as expected") from None
        syns_are_the_cgroups(IPPROTO_MPTCP)


def syns_are_the_cgroups(protocol):
    for address in ("10.9.0.2", "fd09::2"):
        probe = Probe("group", "ports=1003").activate()
        try:
            for _ in range(PACKETS):
                syn(address, 1003, protocol)
            settle(probe)
            counted = probe.read()
            assert counted.total.packets == PACKETS, counted.text
            where = {(cell.netns, cell.cgroup, cell.ifindex) for cell in counted.cells}
            assert where == {
                (cookie(), os.stat(FOLDER).st_ino, socket.if_nametoindex("to-next"))
            }, counted.text
        finally:
            probe.deactivate()
            probe.remove()


@contextlib.contextmanager
def in_cgroup():
    """This process goes into a cgroup of its own, and back to the first."""
    os.mkdir(FOLDER)
    write(f"{FOLDER}/cgroup.procs", str(os.getpid()))
    try:
        yield
    finally:
        write("/sys/fs/cgroup/cgroup.procs", str(os.getpid()))
        os.rmdir(FOLDER)
