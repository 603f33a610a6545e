# SPDX-License-Identifier: Apache-2.0
"""The first process of a guest: runs the workloads of workloads.conf one after the other."""

import importlib
import os
import sys

sys.path[:0] = ["/mnt/rig/guest", "/mnt/rig", "/mnt/rig/workloads", "/mnt/rig/scenarios"]
import module  # noqa: E402
import runner  # noqa: E402

# Here once, because the guest is slow; the rig wants to see the module meanwhile.
module.load()
import measure  # noqa: E402

for file in sorted(os.listdir("/mnt/rig/workloads")):
    if file.endswith(".py"):
        importlib.import_module(file[:-3])
module.unload()

runner.main(open("/mnt/rig/wanted").read().split(), measure.run)
