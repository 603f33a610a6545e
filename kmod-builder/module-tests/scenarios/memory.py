# SPDX-License-Identifier: Apache-2.0
"""After many probes that were added, counted and removed, and as many loads of the module, the
kernel has as much memory as before."""
import re

import module
from rig import DEBUG_KERNEL, Probe, Skip, read, rounds, udp

ROUNDS = rounds(20, 50)
CELLS = 4096  # 64 bytes each, on each of two CPUs: one leaked probe among a few is visible
KEPT_KIB = 2048
FILTERS = rounds(500, 3000)  # so that a leak of 5 KiB each is more than KEPT_KIB
NAMESPACES = "netns=" + ",".join(map(str, range(1, 513)))


def taken():
    """KiB of kernel memory that can't be reclaimed."""
    values = dict(re.findall(r"^(\w+): +(\d+) kB$", read("/proc/meminfo"), re.M))
    return sum(int(values[key]) for key in ("SUnreclaim", "VmallocUsed", "Percpu", "KernelStack"))


def come_and_go(count):
    for _ in range(count):
        probe = Probe("comes", f"cells={CELLS} stages=on reasons=2 netns=1,2,3").activate()
        udp("127.0.0.1", 9, 3)
        probe.deactivate()
        probe.remove()
        module.unload()
        module.load()


def filters_come_and_go():
    for _ in range(FILTERS):
        Probe("comes", f"ports=1,2 {NAMESPACES}").remove()


def run():
    if DEBUG_KERNEL:
        raise Skip(
            "KASAN keeps what is freed for a while; in this kernel kmemleak looks for what is lost"
        )
    come_and_go(10)  # afterwards all caches have grown
    before = taken()
    one = Probe("one", f"cells={CELLS}").activate()
    size = taken() - before
    assert (
        size > 2 * CELLS * 64 / 1024 / 2
    ), f"a probe with {CELLS} cells is not visible: {size} KiB"
    one.deactivate()
    one.remove()
    for rounds_of, what in (
        (lambda: come_and_go(ROUNDS), f"{ROUNDS} rounds"),
        (filters_come_and_go, f"{FILTERS} filters"),
    ):
        rounds_of()
        kept = taken() - before
        assert kept < KEPT_KIB, f"{kept} KiB are kept after {what}; one probe takes {size} KiB"
    print(f"one probe takes {size} KiB; {kept} KiB more after {ROUNDS} rounds")
