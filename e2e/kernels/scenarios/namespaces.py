"""Every network namespace and interface is listed, with the cgroup of who made it and the other end of a veth pair; with hundreds of them coming and going."""
import os
import socket

import module
from rig import cookie, inside, neighbour, records, rounds, sh, start_in_cgroup, stop

MANY = rounds(40, 300)


def namespaces():
    return {record.cookie: record for record in records(f"{module.FOLDER}/namespaces")}


def interfaces(netns):
    return {record.name: record for record in records(f"{module.FOLDER}/interfaces") if record.netns == netns}


def inum_of(pid):
    return os.stat(f"/proc/{pid}/ns/net").st_ino


def run():
    here = cookie()
    host = next(record for record in namespaces().values() if record.inum == inum_of(1))
    assert here != host.cookie and len({record.inum for record in namespaces().values()}) == len(namespaces())
    assert set(interfaces(here)) == {"lo"}
    with neighbour() as name:
        with inside(name):
            there = cookie()
        assert interfaces(here)["to-next"].peer_netns == there and interfaces(there)["eth0"].peer_netns == here
        assert interfaces(here)["to-next"].ifindex == socket.if_nametoindex("to-next")
        assert "peer-netns" not in interfaces(here)["lo"].values
        # Nobody lives there: what `ip netns add` has made is held by a mount.
        assert namespaces()[there].cgroup == "-"
    assert there not in namespaces()

    path = "/kubepods.slice/kubepods-pod0a1b.slice/cri containerd-1.scope"
    pid = start_in_cgroup(path)
    try:
        made = next(record for record in namespaces().values() if record.inum == inum_of(pid))
        assert made.cgroup == path.replace(" ", "?"), made.values
    finally:
        stop(pid, path)
    many()


def many():
    seen = set(namespaces())
    for number in range(MANY):
        sh(f"ip netns add m{number}")
        if number >= 20:
            sh(f"ip netns del m{number - 20}")
    alive = set(namespaces()) - seen
    assert len(alive) >= 20
    for number in range(MANY - 20, MANY):
        with inside(f"m{number}"):
            assert cookie() in alive
            assert set(interfaces(cookie())) == {"lo"}
        sh(f"ip netns del m{number}")
