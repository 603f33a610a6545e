# SPDX-License-Identifier: Apache-2.0
"""The first process of a guest: runs the workloads of workloads.conf one after the other."""

import importlib
import os
import sys

sys.path[:0] = ["/mnt/rig/guest", "/mnt/rig", "/mnt/rig/workloads", "/mnt/rig/scenarios"]
import runner  # noqa: E402


def prepare():
    """Imports the workloads once, because the guest is slow."""
    for file in sorted(os.listdir("/mnt/rig/workloads")):
        if file.endswith(".py"):
            importlib.import_module(file[:-3])


def run(name):
    # Its imports, too, want to see the module.
    import measure  # pylint: disable=import-outside-toplevel

    measure.run(name)


runner.main(open("/mnt/rig/wanted").read().split(), run, prepare)
