"""A lease that runs out switches its probe off and keeps the counts; then another owner may take the probe over, and the gap is told."""
import errno
import time

import module
from rig import Probe, Snapshot, control, refuses, udp, until


def run():
    longer = Probe("longer").activate()
    probe = Probe("short").activate()
    udp("127.0.0.1", 9, 30)
    probe.command("renew", "lease=1")
    until(lambda: Snapshot("short").probe.active == "n", "the lease of one second to end")
    counted = Snapshot("short")
    assert counted.probe.lease == 0 and counted.total.packets >= 30
    assert Snapshot("longer").probe.active == "y" and module.references() == 1
    before = Snapshot("longer").total.packets
    udp("127.0.0.1", 9, 40)
    assert Snapshot("short").total.packets == counted.total.packets, "counts on without a lease"
    assert Snapshot("longer").total.packets == before + 40, "the other probe stopped"

    other = "short uid=uid-of-short owner=other"
    for verb, options in (("activate", ""), ("deactivate", ""), ("remove", "")):
        refuses(errno.EBUSY, control, f"{verb} {other} {options}".strip())
    refuses(errno.EEXIST, control, f"add {other}")
    control(f"renew {other} lease=600")
    refuses(errno.EBUSY, probe.command, "renew", "lease=600")
    time.sleep(1)
    control(f"activate {other}")
    udp("127.0.0.1", 9, 5)
    after = Snapshot("short")
    assert (after.probe.owner, after.probe.epoch) == ("other", counted.probe.epoch)
    assert after.probe.gap >= 1 and after.total.packets == counted.total.packets + 5, after.text

    # Its own owner goes on after a lease that ran out: activate is a sign of life.
    control(f"renew {other} lease=1")
    until(lambda: Snapshot("short").probe.active == "n", "the second lease to end")
    control(f"activate {other}")
    assert Snapshot("short").probe.active == "y" and Snapshot("short").probe.lease == 1
    until(lambda: Snapshot("short").probe.active == "n", "the third lease to end")
    # Switched off by its owner after its lease has ended: from then on nobody wants it to count, so nothing is missing.
    control(f"deactivate {other}")
    gap = Snapshot("short").probe.gap
    time.sleep(3)
    control(f"activate {other}")
    assert Snapshot("short").probe.gap == gap, f"the gap grew from {gap} to {Snapshot('short').probe.gap}"
    until(lambda: Snapshot("short").probe.active == "n", "the fourth lease to end")
    # An inactive probe's lease runs too, and is renewed without activating it.
    longer.deactivate()
    longer.command("renew", "lease=5")
    assert Snapshot("longer").probe.active == "n" and Snapshot("longer").probe.lease <= 5
    control(f"remove {other}")
    longer.remove()
