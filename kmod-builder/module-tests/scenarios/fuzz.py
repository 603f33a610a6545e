# SPDX-License-Identifier: Apache-2.0
"""Thousands of commands from a grammar, mutated: a command that is refused has changed nothing, and
one that is accepted leaves the module consistent."""
import errno
import os
import random

import module
from rig import Snapshot, control, read, rounds, write

COMMANDS = rounds(3000, 100_000)
SEED = 20
ALLOWED = {
    errno.EINVAL,
    errno.ENOENT,
    errno.EEXIST,
    errno.EBUSY,
    errno.EAGAIN,
    errno.ENOSPC,
    errno.ENOMEM,
}
VERBS = ("add", "set", "activate", "deactivate", "renew", "remove", "_manual", "")
NAMES = ("a", "b", "long-" * 12 + "x", "dots.in.it", "_manual", "..", "a/b", "%n%s", "")
VALUES = {
    "uid": ("u-1", "u-2", "", "x" * 65),
    "owner": ("node-a", "node-b", "n" * 254),
    "lease": ("1", "600", "86400", "86401", "0", "-1", "18446744073709551617"),
    "protocols": ("tcp", "tcp,udp,icmp,icmpv6,sctp,other", "all", ",", ""),
    "families": ("4", "6", "4,6", "46"),
    "ports": (
        "1",
        "65535",
        "65536",
        ",".join(map(str, range(1, 17))),
        ",".join(map(str, range(1, 18))),
    ),
    "cidrs": (
        "10.0.0.0/8",
        "fd00::/8",
        "::/0",
        "0.0.0.0/0",
        "1.2.3.4/33",
        "::ffff:1.2.3.4/96",
        "1.2.3.4.5/8",
        "/8",
        ",".join(["10.0.0.0/8"] * 17),
    ),
    "reasons": (
        "2",
        "",
        "4294967295",
        ",".join(map(str, range(64))),
        ",".join(map(str, range(65))),
    ),
    "exclude-reasons": ("2,6", "x", ""),
    "netns": ("1", "", ",".join(map(str, range(1, 513))), ",".join(map(str, range(1, 514))), "0"),
    "cells": ("16", "512", "15", "65537"),
    "stages": ("off", "on", "maybe"),
    "tag": ("a", "b.c", "", "t" * 65),
}


def command(dice):
    words = [
        dice.choice(VERBS[:6] if dice.random() < 0.95 else VERBS),
        dice.choice(NAMES[:2] if dice.random() < 0.9 else NAMES),
    ]
    keys = ["uid", "owner"] + [
        key for key in VALUES if dice.random() < (0.12 if words[0] == "add" else 0.01)
    ]
    keys += {"renew": ["lease"], "set": ["netns"]}.get(words[0], [])
    words += [
        f"{key}={dice.choice(VALUES[key][:2] if dice.random() < 0.9 else VALUES[key])}"
        for key in dict.fromkeys(keys)
    ]
    text = " ".join(words).encode()
    return mutate(dice, text) if dice.random() < 0.4 else text


def mutate(dice, text):
    text = bytearray(text)
    for _ in range(dice.randrange(1, 5)):
        at = dice.randrange(len(text) + 1)
        kind = dice.randrange(5)
        if kind == 0:
            text[at:at] = bytes([dice.randrange(256)])
        elif kind == 1:
            del text[at : at + dice.randrange(1, 6)]
        elif kind == 2 and at < len(text):
            text[at] ^= 1 << dice.randrange(8)
        elif kind == 3:
            text[at:at] = text[: dice.randrange(len(text) + 1)]
        else:
            text[at:at] = dice.choice((b" ", b"=", b",", b"\n", b"\0", b"9" * 40, b"a" * 300))
    return bytes(text[:20000]) or b"x"


def state():
    """All that a command can change, without the time; None while the lease of an active probe may
    expire."""
    probes = {
        name: Snapshot(name).probe.values for name in sorted(os.listdir(f"{module.FOLDER}/probes"))
    }
    if any(values["active"] == "y" and int(values["lease"]) < 60 for values in probes.values()):
        return None
    for values in probes.values():
        for key in ("lease", "now"):
            values.pop(key, None)
    return read(module.SETTINGS), probes


def remove_all():
    """Frees the names: otherwise most commands would be refused."""
    write(module.SETTINGS, "deactivate")
    for name in os.listdir(f"{module.FOLDER}/probes"):
        if name == "_manual":
            continue
        values = Snapshot(name).probe.values
        who = f"{name} uid={values['uid']} owner={values['owner']}"
        control(f"deactivate {who}")
        control(f"remove {who}")


def run():
    dice = random.Random(SEED)
    accepted = refused = compared = 0
    for number in range(COMMANDS):
        if number % 500 == 0:
            remove_all()
        text = command(dice)
        settings = dice.random() < 0.05
        if settings:
            text = mutate(dice, dice.choice((b"activate\n", b"deactivate\n")))
        # Reading the state costs more than the command, so only some commands are checked.
        before = state() if number % 16 == 0 else None
        try:
            if settings:
                write(module.SETTINGS, text)
            else:
                control(text)
            accepted += 1
        except OSError as error:
            refused += 1
            assert error.errno in ALLOWED, f"{text!r}: {errno.errorcode[error.errno]}"
            if before:
                compared += 1
                after = state()
                assert after == before, f"{text!r} was refused and changed\n{before}\nto\n{after}"
    remove_all()
    assert (
        accepted > COMMANDS / 50 and refused > COMMANDS / 2
    ), f"{accepted} accepted, {refused} refused: the grammar is off"
    assert compared > COMMANDS / 60, f"only {compared} of {refused} refused commands were checked"
    print(f"{accepted} accepted, {refused} refused, {compared} of them checked")
