"""Unloading while commands come: each is done or refused, and nothing is left of the module."""
import errno
import os
import signal

import module
from rig import LONG, control

ROUNDS = 60 if LONG else 8


def command_without_end(seed):
    """Adds and removes probes, and makes them count for a moment, whether the module is there or not."""
    who = f"p{seed} uid=u owner=o"
    while True:
        for text in (f"add {who}", f"activate {who}", f"deactivate {who}", f"remove {who}"):
            try:
                control(text)
            except OSError as error:
                assert error.errno in (errno.ENOENT, errno.ENODEV, errno.EIO, errno.EEXIST, errno.EAGAIN, errno.ENXIO), error


def run():
    children = []
    for seed in range(3):
        pid = os.fork()
        if pid == 0:
            try:
                command_without_end(seed)
            finally:
                os._exit(1)
        children.append(pid)
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
                assert os.waitpid(pid, os.WNOHANG) == (0, 0), "a command was answered with an error that it must not have"
    finally:
        for pid in children:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
