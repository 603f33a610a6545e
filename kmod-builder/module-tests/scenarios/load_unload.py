# SPDX-License-Identifier: Apache-2.0
"""The module is loaded, a probe activated and deactivated, and the module unloaded, again and again
while both CPUs drop packets."""
import contextlib
import os
import signal

import module
from rig import Probe, rounds, udp, write

ROUNDS = rounds(20, 200)


@contextlib.contextmanager
def traffic(processes=2):
    """Processes that drop packets as fast as they can."""
    children = []
    for _ in range(processes):
        pid = os.fork()
        if pid == 0:
            try:
                while True:
                    udp("127.0.0.1", 9, 1000)
            finally:
                os._exit(0)
        children.append(pid)
    try:
        yield
    finally:
        for pid in children:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def run():
    with traffic():
        for number in range(ROUNDS):
            probe = Probe().activate()
            write(module.SETTINGS, "activate")
            while not probe.read().total.packets:
                pass
            write(module.SETTINGS, "deactivate")
            # Every other time an inactive probe with counts still exists.
            probe.deactivate()
            if number % 2:
                probe.remove()
            module.unload()
            module.load()
