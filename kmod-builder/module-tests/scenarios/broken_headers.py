# SPDX-License-Identifier: Apache-2.0
"""Frames whose headers are truncated, wrong or nonsense, with probes that filter by ports and
addresses: each frame is counted once, and nothing else happens."""
import random
import socket
import struct

from rig import Oracle, Probe, agreed, check_oracle, inside, neighbour, raw_ip, settle, sh

FRAMES = 600
TYPES = (0x0800, 0x86DD, 0x0806, 0x8100, 0x1234)


def frame(dice, target):
    kind = dice.choice(TYPES)
    body = bytearray(dice.randbytes(dice.randrange(1, 120)))
    if kind == 0x0800:
        body[0] = dice.choice((0x45, 0x4F, 0x41, 0x65, 0x00))
        body[9:10] = bytes([dice.choice((6, 17, 132, 1, 250))])
    elif kind == 0x86DD:
        body[0] = dice.choice((0x60, 0x45, 0x6F))
        body[6:7] = bytes([dice.choice((6, 17, 0, 43, 44, 60, 58, 59))])
    return target + b"\2\0\0\0\0\1" + struct.pack("!H", kind) + bytes(body)


def run():
    dice = random.Random(7)
    with neighbour() as name:
        filters = (
            "",
            "ports=9,53",
            "cidrs=0.0.0.0/0,::/0",
            "protocols=tcp,udp,sctp ports=1",
            "protocols=other",
            "families=6 cidrs=fd00::/8",
        )
        probes = [Probe(f"b{number}", text).activate() for number, text in enumerate(filters)]
        target = link_address("to-next")
        oracle = Oracle()
        before, (first, oracle_before) = standing(probes), agreed(probes[0], oracle)
        with inside(name), socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as link:
            link.bind(("eth0", 0))
            for _ in range(FRAMES):
                link.send(frame(dice, target))
        settle(probes[0])
        last, oracle_after = agreed(probes[0], oracle)
        grown = [now - old for now, old in zip(standing(probes), before)]
        oracle.close()
        # All probes see the same packets. How many of the frames the kernel frees as dropped is up
        # to it.
        assert min(grown) == max(grown) >= FRAMES * 0.9, f"{grown} of {FRAMES}"
        if oracle.available:
            check_oracle(first, last, oracle_before, oracle_after)
        for probe in probes:
            probe.deactivate()
            probe.remove()
    extensions()


def extensions():
    """At most 16 extension headers of an IPv6 packet are skipped."""
    probe = Probe("extensions", "families=6 ports=1003").activate()
    for count in (0, 1, 16, 17, 100):
        before = probe.read().total.packets
        datagram = struct.pack("!HHHH", 5555, 1003, 8, 0)
        # 8 bytes of padding each. IPv6 refuses a checksum of 0, so the packet is dropped.
        options = b"".join(
            bytes([60 if left else 17, 0, 1, 4, 0, 0, 0, 0]) for left in reversed(range(count))
        )
        raw_ip("::1", 60 if count else 17, options + datagram)
        settle(probe)
        assert probe.read().total.packets - before == (
            1 if count <= 16 else 0
        ), f"{count} extensions\n{probe.read().text}"
    probe.deactivate()
    probe.remove()


def standing(probes):
    """What each probe has seen, at a moment without traffic: neighbour discovery continues
    meanwhile."""
    last = None
    while (now := [seen(probe) for probe in probes]) != last:
        last = now
    return now


def seen(probe):
    total = probe.read().total
    return total.packets + total.filtered


def link_address(name):
    return bytes.fromhex(
        sh(f"ip -o link show {name}").split("link/ether ")[1].split()[0].replace(":", "")
    )
