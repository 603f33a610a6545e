# SPDX-License-Identifier: Apache-2.0
"""A process that waits for a lock in one of the module's files ends when it is killed, and its
command is not executed. A reader that has waited gets a snapshot of the time after its wait."""
import os
import signal
import subprocess
import threading
import time

import module
from rig import FOLDER, Probe, Snapshot, raw_ip, settle, until

SECONDS = 30


def is_killed(command):
    """Runs a shell command that has to wait, and kills it."""
    child = subprocess.Popen(["sh", "-euc", command], stderr=subprocess.DEVNULL)
    until(lambda: waits(child), f"{command}: to wait")
    child.send_signal(signal.SIGKILL)
    try:
        assert child.wait(SECONDS) == -signal.SIGKILL, f"{command}: exit {child.returncode}"
    except subprocess.TimeoutExpired:
        raise AssertionError(f"still waits after it was killed: {command}") from None


def waits(child):
    """Whether it has been waiting for half a second, uninterruptible or killable (both are
    state D)."""
    for _ in range(10):
        with open(f"/proc/{child.pid}/stat") as file:
            state = file.read().rsplit(")", 1)[1].split()[0]
        assert state != "Z", f"has ended: {child.args[-1]}"
        if state != "D":
            return False
        time.sleep(0.05)
    return True


def dp_lock_held():
    """Whether a fold is running: it waits for net_rwsem while it holds dp_lock."""
    reader = subprocess.Popen(["cat", module.SETTINGS], stdout=subprocess.DEVNULL)
    try:
        reader.wait(1)
    except subprocess.TimeoutExpired:
        reader.kill()
        reader.wait(SECONDS)
        return True
    return False


def run():
    with module.held("rtnl"):
        is_killed(f"exec cat {FOLDER}/interfaces")

    crowded = Probe("crowded", "cells=16").activate()
    os.sched_setaffinity(0, {0})
    for protocol in (1, 2, 4, 6, 17, 41, 47, 50, 51, 58, 132):
        raw_ip("127.0.0.1", protocol, bytes(8))
    settle(crowded)
    with module.held("net_rwsem"):
        # Reading a table that is more than half full schedules a fold.
        crowded.read()
        until(dp_lock_held, "dp_lock to be held")
        is_killed(f"exec echo activate > {module.SETTINGS}")
        is_killed(f"exec cat {module.SETTINGS}")
        is_killed(f"exec cat {FOLDER}/probes/crowded")
        is_killed(f"echo -n 'add new uid=u owner=o' > {FOLDER}/control")
        is_killed(f"echo -n 'deactivate {crowded.who}' > {FOLDER}/control")
        snapshots = []
        reader = threading.Thread(target=lambda: snapshots.append(crowded.read()))
        reader.start()
        time.sleep(3)
        assert not snapshots, "the reader did not wait"
        dropped = int(time.time())
        raw_ip("127.0.0.1", 216, bytes(8))
    reader.join(SECONDS)
    late = snapshots[0]
    last = max(reason.last for reason in late.reasons)
    assert late.probe.now >= dropped, f"now={late.probe.now}, but it dropped at {dropped}"
    # Times of packets may jitter by a second.
    assert last >= dropped - 1, f"last={last}, but the last drop was at {dropped}"
    assert sorted(os.listdir(f"{FOLDER}/probes")) == ["_manual", "crowded"]
    assert Snapshot("_manual").probe.active == "n" and Snapshot("crowded").probe.active == "y"
    crowded.deactivate()
    crowded.remove()
