"""The kernel log, read as it grows; everything in it that a module must never cause."""

import os
import re
import time

# One Perl regular expression a line; kmod-builder/module-tests/check-log looks for the same in a node's console.
BAD = re.compile("|".join(open(os.path.join(os.path.dirname(__file__), "bad-lines")).read().splitlines()), re.IGNORECASE)
# Bits of /proc/sys/kernel/tainted that our module sets by being out of tree (O) and unsigned (E).
TAINT_ALLOWED = 1 << 12 | 1 << 13


class KernelLog:
    """Copies the log to a file, and tells what is bad in what came since the last question."""

    def __init__(self, path):
        self.source = os.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK)
        self.copy = open(path, "w", buffering=1)

    def lines(self):
        while True:
            try:
                record = os.read(self.source, 8192).decode(errors="replace")
            except BlockingIOError:
                return
            except BrokenPipeError:
                yield "BUG: the kernel log ran over, and lines of it are lost"
                continue
            yield record.partition(";")[2].splitlines()[0]

    def complaints(self):
        bad = []
        for line in self.lines():
            self.copy.write(line + "\n")
            if BAD.search(line):
                bad.append(line)
        taint = int(open("/proc/sys/kernel/tainted").read())
        if taint & ~TAINT_ALLOWED:
            bad.append(f"the kernel is tainted: {taint}")
        return bad


# A line of a backtrace that is the module's. It is gone when kmemleak is asked: its functions have no names any more, and in that kernel nothing else is
# a module.
OURS = re.compile(r"\[dropprobe\]|^ +(\[<[0-9a-f]+>\] )?0x[0-9a-f]{8,}$", re.MULTILINE)


def leaks():
    """What kmemleak says of the module after all scenarios; None where the kernel has none."""
    path = "/sys/kernel/debug/kmemleak"
    if not os.path.exists(path):
        return None
    for _ in range(2):
        with open(path, "w") as file:
            file.write("scan")
        time.sleep(6)  # younger objects are not looked at
    reports = open(path).read().split("unreferenced object")[1:]
    return "".join("unreferenced object" + report for report in reports if OURS.search(report))
