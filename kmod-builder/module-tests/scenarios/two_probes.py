# SPDX-License-Identifier: Apache-2.0
"""Several probes at once: each counts for itself from its own activation on, and deactivating one
leaves the others alone."""
from rig import Probe, settle, udp

PACKETS = 100


def run():
    probes = [Probe(f"p{number}") for number in range(16)]
    for number, probe in enumerate(probes):
        probe.activate()
        udp("127.0.0.1", 9, PACKETS)
        settle(probe)
        for earlier in range(number + 1):
            counted = probes[earlier].read().refused()
            assert counted == PACKETS * (number + 1 - earlier), f"probe {earlier} has {counted}"
    # Deactivated in another order than activated: from the middle, the end, the beginning.
    order = [7, 8, 15, 0, 3, 14, 1, 2, 4, 5, 6, 9, 10, 11, 12, 13]
    active = set(order)
    for number in order:
        probes[number].deactivate()
        active.discard(number)
        had = {other: probes[other].read().refused() for other in range(16)}
        udp("127.0.0.1", 9, 10)
        settle(probes[0])
        for other in range(16):
            grown = probes[other].read().refused() - had[other]
            assert grown == (
                10 if other in active else 0
            ), f"probe {other} grew by {grown} with {number} off"
    for probe in probes:
        probe.remove()
