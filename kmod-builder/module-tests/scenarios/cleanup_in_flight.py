# SPDX-License-Identifier: Apache-2.0
"""No command and no expiring lease waits for a network namespace that is being removed, and
namespaces can be made meanwhile. A leaked device reference makes the removal last for ever."""
import contextlib
import subprocess

import module
from rig import Probe, Snapshot, cookie, inside, records, sh, until

# Enough for a slow machine: a command that waits for the removal waits until the block is left.
SECONDS = 60


def ends(command):
    """Runs a shell command that must end by itself."""
    child = subprocess.Popen(["sh", "-euc", command])
    try:
        assert child.wait(SECONDS) == 0, f"{command}: exit {child.returncode}"
    except subprocess.TimeoutExpired:
        raise AssertionError(f"waits for the namespace that is being removed: {command}") from None


def command(verb, probe, options=""):
    ends(f"echo -n '{verb} {probe.who} {options}' | sed 's/ $//' > {module.FOLDER}/control")


@contextlib.contextmanager
def deletion_under_way():
    """In the block, the kernel is removing a namespace and does not finish."""
    sh("ip netns add leak; ip -n leak link set lo up")
    with contextlib.ExitStack() as stack:
        with inside("leak"):
            leak = cookie()
            stack.enter_context(module.held("lo"))
        sh("ip netns del leak")
        # The kernel unlists it after taking the lock that it holds to the end.
        until(
            lambda: all(record.cookie != leak for record in records(f"{module.FOLDER}/namespaces")),
            "the removal to begin",
        )
        yield


def run():
    leased, other = Probe("leased"), Probe("other")
    with deletion_under_way():
        command("activate", leased)
        ends("unshare -n true")
        command("renew", leased, "lease=1")
        until(lambda: Snapshot("leased").probe.active == "n", "the lease to end", SECONDS)
        ends("unshare -n true")
        command("activate", other)
        command("deactivate", other)
        for word in ("activate", "deactivate"):
            ends(f"echo {word} > {module.SETTINGS}")
        ends("unshare -n true")
    other.remove()
    leased.remove()
