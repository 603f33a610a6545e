# SPDX-License-Identifier: Apache-2.0
"""Every network namespace and interface is listed, with the cgroup of the namespace's maker and the
namespace of a veth peer, while hundreds of them are made and removed."""
import os
import signal
import socket
import time

import module
from rig import cookie, inside, neighbour, records, rounds, sh, start_in_cgroup, stop, until

MANY = rounds(40, 200)


def namespaces():
    return {record.cookie: record for record in records(f"{module.FOLDER}/namespaces")}


def interfaces(netns):
    return {
        record.name: record
        for record in records(f"{module.FOLDER}/interfaces")
        if record.netns == netns
    }


def inum_of(pid):
    return os.stat(f"/proc/{pid}/ns/net").st_ino


def count_of_devices():
    """The number of entries in the module's table of devices, when the devices of namespaces that
    are being removed, of an earlier scenario for instance, have been removed."""
    counts = []

    def constant():
        time.sleep(0.2)
        counts.append(int(module.setting("devices")))
        return len(counts) >= 5 and len(set(counts[-5:])) == 1

    until(constant, lambda: f"the number of devices to be constant: {counts}")
    return counts[-1]


def run():
    here = cookie()
    host = next(record for record in namespaces().values() if record.inum == inum_of(1))
    assert here != host.cookie and len({record.inum for record in namespaces().values()}) == len(
        namespaces()
    )
    assert set(interfaces(here)) == {"lo"}
    devices = count_of_devices()
    with neighbour() as name:
        # A pair and a loopback interface; and before 5.12 the namespace.
        assert count_of_devices() - devices in (3, 4)
        with inside(name):
            there = cookie()
        assert (
            interfaces(here)["to-next"].peer_netns == there
            and interfaces(there)["eth0"].peer_netns == here
        )
        assert interfaces(here)["to-next"].ifindex == socket.if_nametoindex("to-next")
        assert "peer-netns" not in interfaces(here)["lo"].values
        # Interfaces with hardware are in the scenario nics.
        assert "driver" not in interfaces(here)["to-next"].values
        # No process is in it: a namespace of `ip netns add` is held by a mount.
        assert namespaces()[there].cgroup == "-"
    assert there not in namespaces() and count_of_devices() == devices

    # The last part has a byte 0xff, and so is not UTF-8.
    path = "/kubepods.slice/kubepods-pod0a1b.slice/cri containerd-1.scope\udcff"
    pid = start_in_cgroup(path)
    try:
        made = next(record for record in namespaces().values() if record.inum == inum_of(pid))
        assert made.cgroup == path.replace(" ", "?"), made.values
    finally:
        stop(pid, path)
    many()


def many():
    """Many namespaces stay while others are made and removed: each list has all that stay, once."""
    stay = {}
    for number in range(MANY):
        sh(f"ip netns add m{number}")
        with inside(f"m{number}"):
            stay[cookie()] = number
    assert len(stay) == MANY
    pid = os.fork()
    if pid == 0:
        come_and_go()
    try:
        looks = came = 0
        known = set(namespaces())
        while came < 20 or looks < 50:
            cookies = [record.cookie for record in records(f"{module.FOLDER}/namespaces")]
            assert len(cookies) == len(set(cookies)), "a namespace is listed twice"
            assert stay.keys() <= set(
                cookies
            ), f"{len(stay.keys() - set(cookies))} of {MANY} namespaces are missing"
            links = {
                record.netns
                for record in records(f"{module.FOLDER}/interfaces")
                if record.name == "lo"
            }
            assert (
                stay.keys() <= links
            ), f"the interfaces of {len(stay.keys() - links)} namespaces are missing"
            came += len(set(cookies) - known)
            known.update(cookies)
            looks += 1
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    for number in stay.values():
        sh(f"ip netns del m{number}")


def come_and_go():
    """Makes namespaces, and leaves them, until it is killed."""
    while True:
        os.unshare(os.CLONE_NEWNET)
