"""Every command of the control file, and every errno it can answer; a failed command changes nothing."""
import errno

import module
from rig import Probe, Snapshot, control, read, records, refuses, udp

ME = "uid=u-1 owner=node-a"
MALFORMED = (
    "add", "add x", "add x uid=u-1", f"add {ME}", f"add X {ME}", f"add _manual {ME}", f"add a/b {ME}", f"add .. {ME}", f"add -a {ME}",
    f"add {'a' * 64} {ME}", f"add x {ME} {ME}", f"add x {ME} lease=0", f"add x {ME} lease=86401", f"add x {ME} lease=-1", f"add x {ME} lease=1x",
    f"add x {ME} lease=", f"add x {ME} cells=15", f"add x {ME} cells=65537", f"add x {ME} cells=99999999999999999999", f"add x {ME} stages=maybe",
    f"add x {ME} tag=", f"add x {ME} tag=a/b", f"add x {ME} tag={'t' * 65}", f"set x {ME} netns=1 tag=a",
    f"add x {ME} protocols=", f"add x {ME} protocols=tcp,", f"add x {ME} protocols=gre", f"add x {ME} families=5", f"add x {ME} ports=0",
    f"add x {ME} ports=65536", f"add x {ME} ports={','.join(map(str, range(1, 18)))}", f"add x {ME} cidrs=10.0.0.0", f"add x {ME} cidrs=10.0.0.0/33",
    f"add x {ME} cidrs=fd00::/129", f"add x {ME} cidrs=10.0.0/8", f"add x {ME} cidrs=::g/8", f"add x {ME} reasons=2 exclude-reasons=3",
    f"add x {ME} reasons=4294967296", f"add x {ME} reasons={','.join(map(str, range(65)))}", f"add x {ME} netns=0",
    f"add x {ME} netns={','.join(map(str, range(1, 514)))}", f"add x {ME} unknown=1", f"add x {ME} lease", f"add  x {ME}", f"add x {ME} ",
    f"add x {ME}\n\n", f"add x {ME}\0", f"add x uid=u_1 owner=node-a", f"add x uid=u-1 owner=Node", f"add x uid={'u' * 65} owner=a",
    f"add x uid=u owner={'o' * 254}", f"set x {ME}", f"renew x {ME}", f"activate x {ME} lease=5", f"remove x {ME} netns=1", f"remote x {ME}",
    f"add x {ME} netns=" + "1," * 9000, "\n", " ",
)


def run():
    for command in MALFORMED:
        refuses(errno.EINVAL, control, command)
    assert [record.name for record in (Snapshot("_manual").probe,)] == ["_manual"]
    assert "probes: _manual(inactive)" in read(module.SETTINGS)

    for verb, options in (("activate", ""), ("deactivate", ""), ("renew", "lease=5"), ("remove", ""), ("set", "netns=1")):
        refuses(errno.ENOENT, control, f"{verb} x {ME} {options}".strip())

    control(f"add x {ME} lease=600 tag=Match-1.2_x\n")
    fresh = Snapshot("x").probe
    assert (fresh.name, fresh.uid, fresh.owner, fresh.active, fresh.abi, fresh.since, fresh.gap) == ("x", "u-1", "node-a", "n", 1, 0, 0), fresh.values
    assert fresh.tag == "Match-1.2_x"
    assert 598 <= fresh.lease <= 600
    refuses(errno.EEXIST, control, "add x uid=u-2 owner=node-a")
    refuses(errno.EEXIST, control, "add x uid=u-2 owner=node-b")
    refuses(errno.EEXIST, control, f"add x {ME}")
    refuses(errno.EBUSY, control, "add x uid=u-1 owner=node-b")
    for verb, options in (("activate", ""), ("deactivate", ""), ("renew", "lease=5"), ("remove", ""), ("set", "netns=1")):
        refuses(errno.EBUSY, control, f"{verb} x uid=u-1 owner=node-b {options}".strip())
        refuses(errno.ENOENT, control, f"{verb} x uid=u-2 owner=node-a {options}".strip())
    refuses(errno.EINVAL, control, f"set x {ME} netns=1")
    assert Snapshot("x").probe.values == {**fresh.values, "lease": str(Snapshot("x").probe.lease), "now": str(Snapshot("x").probe.now)}

    control(f"activate x {ME}")
    control(f"activate x {ME}")
    assert module.references() == 1
    udp("127.0.0.1", 9, 10)
    seen = Snapshot("x")
    assert seen.probe.active == "y" and seen.total.packets >= 10 and seen.probe.since > 0
    refuses(errno.EAGAIN, control, f"remove x {ME}")
    control(f"renew x {ME} lease=5")
    assert Snapshot("x").probe.lease <= 5
    control(f"deactivate x {ME}")
    control(f"deactivate x {ME}")
    kept = Snapshot("x")
    assert kept.total.packets >= seen.total.packets and kept.probe.epoch == seen.probe.epoch
    control(f"remove x {ME}")
    refuses(errno.ENOENT, Snapshot, "x")

    control(f"add x {ME}")
    again = Snapshot("x")
    assert again.probe.epoch != seen.probe.epoch and again.total.packets == 0, "another epoch, from zero"
    assert again.probe.tag == "-"
    assert again.probe.lease > 590, "the lease that a command does not give is 600 s"
    control(f"remove x {ME}")
    bounds()
    names()


def bounds():
    """Sixteen probes; the memory bound."""
    probes = [Probe(f"p{number}") for number in range(16)]
    refuses(errno.ENOSPC, Probe, "p16")
    for probe in probes:
        probe.remove()
    big = Probe("big", "cells=65536")
    bigger = [Probe(f"bigger{number}", "cells=65536") for number in range(4)]
    big.activate()
    errors = []
    for probe in bigger:
        try:
            probe.activate()
        except OSError as error:
            errors.append(error.errno)
    assert errors and set(errors) == {errno.ENOMEM}, f"4 MiB for each CPU and probe fit into 32 MiB: {errors}"
    for probe in (big, *bigger):
        probe.deactivate()
        probe.remove()
    probes = [Probe(f"p{number}").activate() for number in range(16)]
    assert module.references() == 16
    for probe in probes:
        probe.deactivate()
        probe.remove()


def names():
    """A probe may be called like a file beside its folder; every reason that the kernel has is listed once."""
    control_probe = Probe("control")
    assert Snapshot("control").probe.name == "control"
    control_probe.remove()
    reasons = records(f"{module.FOLDER}/reasons")
    ids = [record.id for record in reasons]
    assert len(set(ids)) == len(ids)
    for folder in ("namespaces", "interfaces"):
        records(f"{module.FOLDER}/{folder}")
