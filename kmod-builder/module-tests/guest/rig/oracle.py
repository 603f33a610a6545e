# SPDX-License-Identifier: Apache-2.0
"""The kernel's own count of freed packets, with which snapshots are compared."""

import os
import re

from .system import REASONS, read, write

TRACING = "/sys/kernel/tracing/events/skb/kfree_skb"


class Oracle:
    """A histogram of the drop tracepoint by reason, where the kernel has histograms and reasons."""

    def __init__(self):
        self.available = os.path.exists(f"{TRACING}/hist") and "reason" in read(f"{TRACING}/format")
        if self.available:
            write(f"{TRACING}/trigger", "hist:keys=reason:size=2048")
        assert self.available or not REASONS, "this kernel has reasons but no histogram of them"

    def read(self):
        lines = re.findall(r"\{ reason: +(\d+) *\} hitcount: +(\d+)", read(f"{TRACING}/hist"))
        return {int(reason): int(count) for reason, count in lines}

    def close(self):
        if self.available:
            write(f"{TRACING}/trigger", "!hist:keys=reason:size=2048")


def agreed(probe, oracle):
    """A snapshot and the oracle's counts, with no drop in between."""
    if not oracle.available:
        return probe.read(), {}
    for _ in range(100):
        before = oracle.read()
        snapshot = probe.read()
        if oracle.read() == before:
            return snapshot, before
    raise AssertionError("drops never paused long enough to compare with the oracle")


def check_oracle(before, after, oracle_before, oracle_after):
    """Compares the growth of both.

    Each packet that the kernel freed by kfree_skb is in the probe's total or in notdrops, and no
    reason has more packets in the probe than in the histogram.
    """
    freed = sum(oracle_after.values()) - sum(oracle_before.values())
    counted_all = (
        after.total.packets - before.total.packets + after.total.notdrops - before.total.notdrops
    )
    assert (
        freed == counted_all
    ), f"the kernel freed {freed}, the probe has {counted_all}\n{before.text}\n--\n{after.text}"
    had = {record.id: record.packets for record in before.reasons}
    for record in after.reasons:
        counted = record.packets - had.get(record.id, 0)
        kernels = oracle_after.get(record.id, 0) - oracle_before.get(record.id, 0)
        assert (
            counted <= kernels
        ), f"{record.name}: {counted} counted, {kernels} in the kernel's histogram"
