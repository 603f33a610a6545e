# SPDX-License-Identifier: Apache-2.0
"""A fragmented datagram is one packet: none is dropped when it arrives, one when it does not. The
fragments that are freed with it are in notdrops."""
import socket

from rig import ICMPV6, Drop, expect, release, settle, sh, udp

DATAGRAMS = 30
SIZE = 4000


def run():
    sh("ip link set lo mtu 1500")
    for family, address, header in ((4, "127.0.0.1", 28), (6, "::1", 48)):
        with socket.socket(
            socket.AF_INET6 if family == 6 else socket.AF_INET, socket.SOCK_DGRAM
        ) as receiver:
            receiver.bind((address, 0))
            with expect() as probe:
                before = probe.read().total.notdrops
                for _ in range(DATAGRAMS):
                    udp(address, receiver.getsockname()[1], 1, SIZE)
                    assert len(receiver.recv(SIZE)) == SIZE
                settle(probe)
                # Three fragments; the first holds the others. Newer kernels free them as delivered
                # with it.
                freed = probe.read().total.notdrops - before
                expected = 2 * DATAGRAMS if release() < (6, 3) else 0
                assert (
                    freed == expected
                ), f"{freed} fragments freed with their datagrams instead of {expected}"
        drop = Drop(
            DATAGRAMS, "NO_SOCKET", family, "udp", "in", "lo", bytes=DATAGRAMS * (SIZE + header)
        )
        with expect(drop, noise=[ICMPV6]) as probe:
            before = probe.read().total.notdrops
            udp(address, 9, DATAGRAMS, SIZE)
            settle(probe)
            freed = probe.read().total.notdrops - before
            assert (
                freed == 2 * DATAGRAMS
            ), f"{freed} fragments freed with their datagrams instead of {2 * DATAGRAMS}"
