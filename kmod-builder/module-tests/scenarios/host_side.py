# SPDX-License-Identifier: Apache-2.0
"""What the host's packet filter drops on its side of a pod's veth pair is counted with the host's
namespace, and passes the filter for the pod's namespace."""
from rig import Probe, cookie, enter_host, inside, neighbour, nft_count, refuses_port, settle, udp

PACKETS = 90


def run():
    enter_host()
    with neighbour("pod") as name, neighbour("other", 8) as other, refuses_port(1001):
        host = cookie()
        with inside(name):
            pod = cookie()
        with inside(other):
            another = cookie()
        probes = {
            netns: Probe(f"n{netns}", f"netns={netns} ports=1001").activate()
            for netns in (pod, another, host)
        }
        try:
            with inside(name):
                udp("10.9.0.1", 1001, PACKETS)
                udp("fd09::1", 1001, PACKETS)
            assert nft_count("refused") == 2 * PACKETS
            for netns, wanted in ((pod, 2 * PACKETS), (host, 2 * PACKETS), (another, 0)):
                settle(probes[netns])
                counted = probes[netns].read()
                assert counted.total.packets == wanted, f"{netns}: {wanted}\n{counted.text}"
                assert all(cell.netns == host for cell in counted.cells), counted.text
        finally:
            for probe in probes.values():
                probe.deactivate()
                probe.remove()
