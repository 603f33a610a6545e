# SPDX-License-Identifier: Apache-2.0
"""A lease that expires deactivates its probe, which keeps its counts. Then another owner may take
the probe over, and the gap is reported."""
import errno
import time

import module
from rig import Probe, Snapshot, control, refuses, udp, until


def run():
    longer = Probe("longer").activate()
    probe = Probe("short").activate()
    udp("127.0.0.1", 9, 30)
    probe.command("renew", "lease=1")
    until(lambda: Snapshot("short").probe.active == "n", "the lease of one second to expire")
    counted = Snapshot("short")
    assert counted.probe.lease == 0 and counted.total.packets >= 30
    assert Snapshot("longer").probe.active == "y" and module.references() == 1
    before = Snapshot("longer").total.packets
    udp("127.0.0.1", 9, 40)
    assert Snapshot("short").total.packets == counted.total.packets, "still counts without a lease"
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

    # Its own owner restarts an expired lease by activate, which is a sign of life.
    control(f"renew {other} lease=1")
    until(lambda: Snapshot("short").probe.active == "n", "the second lease to expire")
    control(f"activate {other}")
    assert Snapshot("short").probe.active == "y" and Snapshot("short").probe.lease == 1
    until(lambda: Snapshot("short").probe.active == "n", "the third lease to expire")
    # Deactivated by its owner after the lease has expired: from then on not counting is intended.
    control(f"deactivate {other}")
    gap = Snapshot("short").probe.gap
    time.sleep(3)
    control(f"activate {other}")
    assert (
        Snapshot("short").probe.gap == gap
    ), f"the gap grew from {gap} to {Snapshot('short').probe.gap}"
    until(lambda: Snapshot("short").probe.active == "n", "the fourth lease to expire")
    # The lease of an inactive probe runs too; renew does not activate the probe.
    longer.deactivate()
    longer.command("renew", "lease=5")
    assert Snapshot("longer").probe.active == "n" and Snapshot("longer").probe.lease <= 5
    control(f"remove {other}")
    longer.remove()
