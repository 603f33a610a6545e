# SPDX-License-Identifier: Apache-2.0
"""The module is unloaded while commands are written, files are read, and namespaces are made and
removed: each command is executed or refused, and nothing of the module remains."""
import errno
import os
import signal

import module
from rig import FOLDER, control, read, rounds, sh, write

ROUNDS = rounds(8, 60)
REFUSALS = (errno.ENOENT, errno.ENODEV, errno.EIO, errno.EEXIST, errno.EAGAIN, errno.ENXIO)


def command_without_end(seed):
    """Adds and removes probes, and makes them count for a moment, whether the module is there or
    not."""
    who = f"p{seed} uid=u owner=o"
    while True:
        for text in (f"add {who}", f"activate {who}", f"deactivate {who}", f"remove {who}"):
            done_or_refused(control, text)


def read_without_end():
    while True:
        for name in (
            "reasons",
            "namespaces",
            "interfaces",
            "control",
            "probes/p0",
            "probes/p1",
            "../drop-packet",
        ):
            done_or_refused(read, f"{FOLDER}/{name}")


def switch_without_end():
    while True:
        for text in ("activate", "deactivate"):
            done_or_refused(write, module.SETTINGS, text)


def namespaces_without_end():
    while True:
        sh("ip netns add comes; ip -n comes link set lo up; ip netns del comes")


def done_or_refused(action, *args):
    try:
        action(*args)
    except OSError as error:
        assert error.errno in REFUSALS, error


def start(action, *args):
    pid = os.fork()
    if pid == 0:
        try:
            action(*args)
        finally:
            os._exit(1)
    return pid


def run():
    children = [start(command_without_end, seed) for seed in range(2)]
    children += [
        start(action) for action in (read_without_end, switch_without_end, namespaces_without_end)
    ]
    unloaded = 0
    try:
        while unloaded < ROUNDS:
            try:
                module.unload()
            except BlockingIOError:
                continue
            assert not os.path.exists("/proc/mooc"), "files are left"
            unloaded += 1
            module.load()
            for pid in children:
                assert os.waitpid(pid, os.WNOHANG) == (
                    0,
                    0,
                ), "a command was answered with an error that it must not have"
    finally:
        for pid in children:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
