# SPDX-License-Identifier: Apache-2.0
"""Every line of the table of commands gets the answer that stands there; a refused command changes
nothing.

The table is kmod-builder/module/commands.txt. What it can't say follows: counts, epochs, and the
limits of memory.
"""

import errno
import os
import re
import time

import module
from rig import Probe, Snapshot, control, read, records, refuses, udp

TABLE = "/mnt/rig/commands.txt"
ME = "uid=u-1 owner=node-a"


def lines():
    """The answer and the command of each line of the table, with its number."""
    with open(TABLE) as table:
        for number, line in enumerate(table, 1):
            line = line.rstrip("\n")
            if line and not line.startswith("#"):
                yield number, *re.fullmatch(r"(\S+) +(.*)", line).groups()


def spelled_out(command):
    """The command with its short forms replaced, as the head of the table describes them."""
    command = re.sub(r"\{([^{}]*)\*(\d+)\}", lambda found: found[1] * int(found[2]), command)
    command = re.sub(
        r"\{(\d+)\.\.(\d+)\}",
        lambda found: ",".join(map(str, range(int(found[1]), int(found[2]) + 1))),
        command,
    )
    return command.replace("\\n", "\n").replace("\\0", "\0").replace("\\s", " ")


def state():
    """All that a command can change, but for the time."""
    probes = {
        name: Snapshot(name).probe.values for name in sorted(os.listdir(f"{module.FOLDER}/probes"))
    }
    return {
        name: {key: value for key, value in values.items() if key not in ("lease", "now")}
        for name, values in probes.items()
    }


def check(answer, rest):
    if answer == "wait":
        time.sleep(int(rest))
    elif answer == "absent":
        assert rest not in os.listdir(f"{module.FOLDER}/probes"), "there is such a probe"
    elif answer == "shows":
        name, *expected = rest.split(" ")
        seen = Snapshot(name).probe.values
        for key, value in (pair.split("=") for pair in expected):
            assert seen[key] == value, f"{key} is {seen[key]}"
    elif answer == "ok":
        control(spelled_out(rest))
    else:
        before = state()
        refuses(getattr(errno, answer), control, spelled_out(rest))
        assert state() == before, "refused, but something changed"


def table():
    for number, answer, rest in lines():
        try:
            check(answer, rest)
        except (AssertionError, OSError) as error:
            raise AssertionError(f"commands.txt line {number}: {answer} {rest}: {error}") from error
    for name in os.listdir(f"{module.FOLDER}/probes"):
        if name != "_manual":
            probe = Snapshot(name).probe
            control(f"remove {name} uid={probe.uid} owner={probe.owner}")


def run():
    table()
    assert "probes: _manual(inactive)" in read(module.SETTINGS)
    counts()
    sixteen_active()
    memory()
    lists()


def counts():
    """Counts last from one `add` to the `remove`, whatever happens in between."""
    control(f"add x {ME} lease=600")
    fresh = Snapshot("x").probe
    assert 598 <= fresh.lease <= 600
    control(f"activate x {ME}")
    control(f"activate x {ME}")
    assert module.references() == 1
    udp("127.0.0.1", 9, 10)
    seen = Snapshot("x")
    assert seen.total.packets >= 10 and seen.probe.since > 0
    refuses(errno.EAGAIN, control, f"remove x {ME}")
    control(f"renew x {ME} lease=5")
    assert Snapshot("x").probe.lease <= 5
    control(f"deactivate x {ME}")
    kept = Snapshot("x")
    assert (
        kept.total.packets >= seen.total.packets
        and kept.probe.epoch == seen.probe.epoch == fresh.epoch
    )
    control(f"remove x {ME}")
    refuses(errno.ENOENT, Snapshot, "x")

    control(f"add x {ME}")
    again = Snapshot("x")
    assert (
        again.probe.epoch != seen.probe.epoch and again.total.packets == 0
    ), "a new epoch starts at zero"
    assert again.probe.lease > 590, "the default lease is 600 s"
    control(f"remove x {ME}")


def sixteen_active():
    probes = [Probe(f"p{number}").activate() for number in range(16)]
    assert module.references() == 16
    for probe in probes:
        probe.deactivate()
        probe.remove()


def memory():
    """Activating a probe fails when the tables of all probes would exceed the memory limit."""
    big = Probe("big", "cells=65536")
    bigger = [Probe(f"bigger{number}", "cells=65536") for number in range(4)]
    big.activate()
    errors = []
    for probe in bigger:
        try:
            probe.activate()
        except OSError as error:
            errors.append(error.errno)
    assert errors and set(errors) == {
        errno.ENOMEM
    }, f"4 MiB for each CPU and probe fit into 32 MiB: {errors}"
    for probe in (big, *bigger):
        probe.deactivate()
        probe.remove()


def lists():
    """Each of the kernel's reasons is listed once; the other lists are complete."""
    ids = [record.id for record in records(f"{module.FOLDER}/reasons")]
    assert len(set(ids)) == len(ids)
    for name in ("namespaces", "interfaces"):
        records(f"{module.FOLDER}/{name}")
