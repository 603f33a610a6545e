# SPDX-License-Identifier: Apache-2.0
"""What XDP programs lose by mistake is in the counters file, also of a driver that runs them before
there is a packet; what they drop on purpose is not."""
import ctypes
import errno
import os
import socket
import struct

from rig import FOLDER, Probe, Skip, inside, neighbour, only_what_is_sent, records, settle, udp

PACKETS = 100
SYS_BPF, PROG_LOAD, LINK_CREATE = 321, 5, 28
PROG_TYPE_XDP, ATTACH_XDP = 6, 37
GENERIC, DRIVER = 1 << 1, 1 << 2
MOV, CALL, EXIT = 0xB7, 0x85, 0x95
BPF_REDIRECT = 23
ABORTED, DROP, PASS, UNKNOWN = 0, 1, 2, 77

libc = ctypes.CDLL(None, use_errno=True)


def bpf(command, attributes):
    result = libc.syscall(
        SYS_BPF, command, ctypes.create_string_buffer(attributes), len(attributes)
    )
    if result < 0 and ctypes.get_errno() == errno.ENOSYS:
        raise Skip("this kernel has no bpf()")
    if result < 0:
        raise OSError(ctypes.get_errno(), f"bpf command {command}")
    return result


def instruction(code, register=0, value=0):
    return struct.pack("=BBhi", code, register, 0, value)


def returning(action):
    return instruction(MOV, 0, action) + instruction(EXIT)


def redirecting(interface):
    return (
        instruction(MOV, 1, interface)
        + instruction(MOV, 2, 0)
        + instruction(CALL, 0, BPF_REDIRECT)
        + instruction(EXIT)
    )


class Program:
    """An XDP program on an interface, in the block."""

    def __init__(self, code, interface, mode):
        text, license_text = ctypes.create_string_buffer(code), ctypes.create_string_buffer(b"GPL")
        load = struct.pack(
            "=IIQQIIQII16sII",
            *(PROG_TYPE_XDP, len(code) // 8, ctypes.addressof(text)),
            *(ctypes.addressof(license_text), 0, 0, 0, 0, 0, b"", 0, ATTACH_XDP),
        )
        self.program = bpf(PROG_LOAD, load)
        index = socket.if_nametoindex(interface)
        link = struct.pack("=IIII16x", self.program, index, ATTACH_XDP, mode)
        self.link = bpf(LINK_CREATE, link)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.link)
        os.close(self.program)


def counted(probe):
    """Packets by counter, according to its file."""
    settle(probe)
    found = [r.values for r in records(f"{FOLDER}/counters/{probe.name}") if r.kind == "xdp"]
    assert len(found) < 2, found
    return {name: int(value) for values in found for name, value in values.items()}


def run():
    with neighbour() as name:
        only_what_is_sent()
        probe = Probe().activate()
        lists = next(r for r in records(f"{FOLDER}/counters/{probe.name}") if r.kind == "counters")
        assert lists.xdp == "xdp_exception,xdp_redirect_err", lists.values

        def after(code, mode):
            with Program(code, "to-next", mode), inside(name):
                udp("10.9.0.1", 9, PACKETS)
            return counted(probe)

        assert counted(probe) == {}
        for number, mode in enumerate((GENERIC, DRIVER)):
            done = 2 * number * PACKETS
            before = {"xdp_exception": done, "xdp_redirect_err": number * PACKETS}
            before = {key: value for key, value in before.items() if value}
            assert after(returning(DROP), mode) == before
            assert after(returning(PASS), mode) == before
            before["xdp_exception"] = done + PACKETS
            assert after(returning(ABORTED), mode) == before
            before["xdp_exception"] = done + 2 * PACKETS
            assert after(returning(UNKNOWN), mode) == before
            before["xdp_redirect_err"] = (number + 1) * PACKETS
            assert after(redirecting(9999), mode) == before

        # Only while the probe is active; and a probe of namespaces does not know whose they are.
        probe.deactivate()
        other = Probe("other", "netns=1").activate()
        assert after(returning(ABORTED), GENERIC) == before and counted(other) == {}
        probe.activate()
        before["xdp_exception"] += PACKETS
        assert after(returning(ABORTED), GENERIC) == before and counted(other) == {}
        for each in (probe, other):
            each.deactivate()
            each.remove()
