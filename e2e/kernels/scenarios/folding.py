"""Namespaces come, drop and go, many more than there are cells: what they counted stays in one sum, their cells are free again, and nothing is lost."""
from rig import REASONS, Probe, cookie, inside, settle, sh, udp, until

ROUNDS = 3
EACH = 12  # namespaces in a round; a table has 16 cells
PACKETS = 7


def run():
    probe = Probe("churn", "cells=16").activate()
    gone = []
    for number in range(ROUNDS):
        for name in (f"n{number}-{each}" for each in range(EACH)):
            sh(f"ip netns add {name}; ip -n {name} link set lo up")
            with inside(name):
                gone.append(cookie())
                udp("127.0.0.1", 9, PACKETS)
            sh(f"ip netns del {name}")
        wanted = (number + 1) * EACH * PACKETS
        until(lambda want=wanted: folded(probe) == want, lambda: f"{wanted} packets to be folded\n{probe.read().text}", 60)
        assert not any(cell.netns in gone for cell in probe.read().cells), "cells of namespaces that are gone"
    settle(probe)
    udp("127.0.0.1", 9, PACKETS)
    settle(probe)
    counted = probe.read()
    assert counted.total.unkeyed == 0, counted.text
    assert counted.refused() == ROUNDS * EACH * PACKETS + PACKETS, counted.text
    alive = [cell for cell in counted.cells if cell.netns == cookie() and cell.protocol == 17]
    assert [cell.packets for cell in alive] == [PACKETS], counted.text
    probe.deactivate()
    probe.remove()
    crowded()


def crowded():
    """More namespaces alive than there are cells: what finds none is unkeyed, and in the total and under its reason all the same."""
    probe = Probe("crowded", "cells=16").activate()
    names = [f"c{number}" for number in range(40)]
    for name in names:
        sh(f"ip netns add {name}; ip -n {name} link set lo up")
        with inside(name):
            udp("127.0.0.1", 9, PACKETS)
    settle(probe)
    counted = probe.read()
    assert counted.total.unkeyed > 0, counted.text
    refused = counted.refused() if REASONS else counted.total.packets
    assert refused == len(names) * PACKETS or not REASONS and refused > len(names) * PACKETS, counted.text
    for name in names:
        sh(f"ip netns del {name}")
    probe.deactivate()
    probe.remove()


def folded(probe):
    sums = [cell for cell in probe.read().cells if "gone" in cell.values and cell.protocol == 17]
    assert all((cell.netns, cell.ifindex) == (0, 0) for cell in sums)
    return sum(cell.packets for cell in sums)
