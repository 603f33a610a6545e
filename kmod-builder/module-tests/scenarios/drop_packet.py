# SPDX-License-Identifier: Apache-2.0
"""/proc/mooc/net/drop-packet, to the letter: its text, the two words that it accepts, and that it
accepts nothing else."""
import errno
import os
import re

import module
from rig import Snapshot, read, refuses, udp, write

SHOWN = """settings:
  abi: 1
  reasons: {reasons}
  stages: off
  devices: N
  addresses: N
  probes: _manual({state})
activated:{letter}
"""
WRONG = (
    "",
    " ",
    "\n",
    "activate ",
    " activate",
    "activate\n\n",
    "activate deactivate",
    "ACTIVATE",
    "activat",
    "activatee",
    "deactivatee",
    "deactivate\nx",
    "activate\0",
    "1",
    "0",
    "add x",
    "a" * 4096,
    b"\xff\xfe",
)


def shown(active):
    reasons = "kernel" if "reason id=" in read(f"{module.FOLDER}/reasons") else "none"
    expected = SHOWN.format(
        reasons=reasons, state="active" if active else "inactive", letter="y" if active else "N"
    )
    seen = re.sub(r"(?m)^(  devices: |  addresses: )\d+$", r"\1N", read(module.SETTINGS))
    assert seen == expected, f"{seen!r} is not {expected!r}"


def run():
    assert os.stat(module.SETTINGS).st_mode & 0o777 == 0o600
    shown(False)
    write(module.SETTINGS, "deactivate")
    shown(False)
    for word in ("activate\n", "activate"):
        assert write(module.SETTINGS, word) == len(word)
        shown(True)
        assert module.references() == 1, "one reference, however often it was activated"
    before = Snapshot("_manual").total.packets
    udp("127.0.0.1", 9, 50)
    assert Snapshot("_manual").total.packets == before + 50
    for wrong in WRONG:
        # A write of 0 bytes never reaches the module.
        if wrong:
            refuses(errno.EINVAL, write, module.SETTINGS, wrong)
        shown(True)
    for word in ("deactivate\n", "deactivate"):
        write(module.SETTINGS, word)
        shown(False)
    udp("127.0.0.1", 9, 50)
    assert Snapshot("_manual").total.packets == before + 50, "counts while inactive"
    assert module.references() == 0
    for wrong in WRONG[1:]:
        refuses(errno.EINVAL, write, module.SETTINGS, wrong)
        shown(False)
    manual = Snapshot("_manual").probe
    assert (manual.uid, manual.owner, manual.lease, manual.active) == (
        "-",
        "-",
        0,
        "n",
    ), manual.values
    sh_echo()


def sh_echo():
    """As a person types it."""
    assert os.system(f"echo activate > {module.SETTINGS}") == 0
    shown(True)
    assert os.system(f"echo nonsense > {module.SETTINGS} 2>/dev/null") != 0
    assert os.system(f"echo deactivate > {module.SETTINGS}") == 0
    shown(False)
