# SPDX-License-Identifier: Apache-2.0
"""The first process of a guest: runs the scenarios one after the other."""

import importlib
import os
import sys

sys.path[:0] = ["/mnt/rig/guest", "/mnt/rig/scenarios"]
import runner  # noqa: E402


def names():
    wanted = open("/mnt/rig/wanted").read().split()
    there = sorted(name[:-3] for name in os.listdir("/mnt/rig/scenarios") if name.endswith(".py"))
    return [name for name in there if not wanted or name in wanted]


runner.main(names(), lambda name: importlib.import_module(name).run())
