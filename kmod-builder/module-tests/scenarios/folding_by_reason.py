# SPDX-License-Identifier: Apache-2.0
"""With more kinds of packets than there is room for sums, cells are folded by reason alone: the
table does not stay full, and the total and the reasons stay exact. The module was compiled with
room for few sums."""
import folding
import module
from rig import Probe, cookie, inside, settle, sh, udp, until

SUMS = 4  # with a location
PACKETS = 7


def run():
    module.unload()
    module.load(path=module.LESSER)
    probe = Probe("few", "cells=1024").activate()
    sh("ip netns add few; ip -n few link set lo up")
    with inside("few"):
        gone = [cookie()]
        folding.scan()
        udp("127.0.0.1", 9, PACKETS)
    settle(probe)
    before = probe.read()
    sh("ip netns del few")
    until(
        lambda: not folding.kept_of(probe, gone),
        lambda: f"all cells to be folded\n{probe.read().text}",
        60,
    )
    after = probe.read()
    assert before.total.unkeyed == 0 < after.total.unkeyed, f"{before.text}\n{after.text}"
    sums = [cell for cell in after.cells if "gone" in cell.values]
    assert len(sums) == SUMS, after.text
    grown = {record.id: record.packets for record in after.reasons}
    # The removal of a namespace drops a few packets more.
    assert all(
        record.packets <= grown[record.id] for record in before.reasons
    ), f"{before.text}\n{after.text}"
    assert after.total.packets <= before.total.packets + 50, f"{before.text}\n{after.text}"
    probe.deactivate()
    probe.remove()
    again()


def again():
    """Live namespaces whose kinds have no sum fill the table: it is emptied even so."""
    probe = Probe("full", "cells=16").activate()
    names = [f"f{number}" for number in range(20)]
    for name in names:
        sh(f"ip netns add {name}; ip -n {name} link set lo up")
        with inside(name):
            folding.scan()
    settle(probe)
    until(lambda: len(folding.unfolded(probe)) <= 12, lambda: f"room\n{probe.read().text}", 60)
    before = probe.read().total.unkeyed
    udp("127.0.0.1", 9, PACKETS)
    settle(probe)
    after = probe.read()
    own = [cell.packets for cell in after.cells if cell.netns == cookie() and cell.protocol == 17]
    assert sum(own) == PACKETS and after.total.unkeyed >= before, after.text
    for name in names:
        sh(f"ip netns del {name}")
    probe.deactivate()
    probe.remove()
