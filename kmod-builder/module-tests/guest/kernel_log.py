# SPDX-License-Identifier: Apache-2.0
"""Reads the kernel log as it grows, and finds the lines that a module must never cause."""

import os
import re
import time

# One Perl regular expression per line; kmod-builder/module-tests/check-log searches a node's
# console for them.
BAD = re.compile(
    "|".join(open(os.path.join(os.path.dirname(__file__), "bad-lines")).read().splitlines()),
    re.IGNORECASE,
)
# Bits of /proc/sys/kernel/tainted that the module sets: it is out of tree (O) and unsigned (E).
TAINT_ALLOWED = 1 << 12 | 1 << 13


def taint():
    return int(open("/proc/sys/kernel/tainted").read())


class KernelLog:
    """Copies the log to a file; complaints() returns the bad lines since the last call."""

    def __init__(self, path):
        self.source = os.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK)
        self.copy = open(path, "w", buffering=1)
        self.taint_allowed = TAINT_ALLOWED | taint()  # a slow boot is not caused by the module

    def lines(self):
        while True:
            try:
                record = os.read(self.source, 8192).decode(errors="replace")
            except BlockingIOError:
                return
            except BrokenPipeError:
                yield "BUG: the kernel log overflowed, and lines of it are lost"
                continue
            yield record.partition(";")[2].splitlines()[0]

    def complaints(self):
        bad = []
        for line in self.lines():
            self.copy.write(line + "\n")
            if BAD.search(line):
                bad.append(line)
        if taint() & ~self.taint_allowed:
            bad.append(f"the kernel is tainted: {taint()}")
        return bad


# A line of a backtrace that belongs to the module. kmemleak is read after the unload, so its
# functions have no names any more; no other module exists in that kernel.
OURS = re.compile(r"\[dropprobe\]|^ +(\[<[0-9a-f]+>\] )?0x[0-9a-f]{8,}$", re.MULTILINE)


def leaks():
    """The reports of kmemleak about the module, after all scenarios; None if the kernel lacks
    kmemleak."""
    path = "/sys/kernel/debug/kmemleak"
    if not os.path.exists(path):
        return None
    for _ in range(2):
        with open(path, "w") as file:
            file.write("scan")
        time.sleep(6)  # kmemleak ignores younger objects
    reports = open(path).read().split("unreferenced object")[1:]
    return "".join("unreferenced object" + report for report in reports if OURS.search(report))
