# SPDX-License-Identifier: Apache-2.0
"""The records of the module's files as objects, and the probes of the scenarios."""

import re

from .system import FOLDER, REASONS, control, read


class Record:
    """One line of a snapshot: its kind, and its values as attributes (numbers where they are)."""

    def __init__(self, line):
        words = line.split(" ")
        self.kind = words[0]
        self.values = dict(word.split("=", 1) for word in words[1:])

    def __getattr__(self, key):
        value = self.__dict__["values"][key.replace("_", "-")]
        return int(value) if value.isdigit() else value


def records(path):
    """The records of a file; raises when the trailer shows that the read was truncated."""
    *lines, rest = read(path).split("\n")
    assert (
        not rest and lines[-1] == f"end records={len(lines) - 1}"
    ), f"{path} ends with {lines[-1]!r} after {len(lines) - 1} records"
    return [Record(line) for line in lines[:-1]]


class Snapshot:
    """A probe's counters at one moment; construction checks that the sums agree."""

    def __init__(self, name):
        everything = records(f"{FOLDER}/probes/{name}")
        self.text = "\n".join(f"{record.kind} {record.values}" for record in everything)
        self.probe, self.total = everything[:2]
        assert (self.probe.kind, self.total.kind) == ("probe", "total"), self.text
        self.reasons = [record for record in everything if record.kind == "reason"]
        self.cells = [record for record in everything if record.kind == "cell"]
        self.stages = [record for record in everything if record.kind == "stage"]
        for value in ("packets", "segments", "bytes"):
            of_reasons = sum(getattr(record, value) for record in self.reasons)
            assert (
                getattr(self.total, value) == of_reasons
            ), f"total {value} is not the sum of the reasons\n{self.text}"
        in_cells = sum(cell.packets for cell in self.cells)
        assert (
            in_cells + self.total.unkeyed == self.total.packets
        ), f"cells and unkeyed are not the total\n{self.text}"

    def by_reason(self):
        return {record.name: record.packets for record in self.reasons}

    def refused(self):
        """Packets for a port without listener; by location where the kernel has no reasons."""
        if REASONS:
            return self.by_reason().get("NO_SOCKET", 0)
        return sum(
            cell.packets
            for cell in self.cells
            if re.match(r"(__udp[46]_lib|tcp_v[46])_rcv\+", cell.location)
        )


class Probe:
    """A probe, added with the commands that the agent uses."""

    def __init__(self, name="test", options="", owner="rig"):
        self.name = name
        self.who = f"{name} uid=uid-of-{name} owner={owner}"
        control(f"add {self.who} lease=86400 {options}".strip())

    def command(self, verb, options=""):
        control(f"{verb} {self.who} {options}".strip())

    def activate(self):
        self.command("activate")
        return self

    def deactivate(self):
        self.command("deactivate")

    def remove(self):
        self.command("remove")

    def read(self):
        return Snapshot(self.name)
