"""No command and no end of a lease waits for a network namespace that is being deleted, and namespaces can
be made meanwhile. A leaked reference makes the deletion last for ever."""
import contextlib
import subprocess

import module
from rig import Probe, Snapshot, cookie, inside, records, sh, until

SECONDS = 60  # for a slow machine: what waits for the deletion waits until the block is left


def ends(command):
    """Runs a shell command that must end by itself."""
    child = subprocess.Popen(["sh", "-euc", command])
    try:
        assert child.wait(SECONDS) == 0, f"{command}: exit {child.returncode}"
    except subprocess.TimeoutExpired:
        raise AssertionError(f"waits for the namespace that is being deleted: {command}") from None


def command(verb, probe, options=""):
    ends(f"echo -n '{verb} {probe.who} {options}' | sed 's/ $//' > {module.FOLDER}/control")


@contextlib.contextmanager
def deletion_under_way():
    """In the block, the kernel is deleting a namespace and does not come to an end."""
    sh("ip netns add leak; ip -n leak link set lo up")
    with contextlib.ExitStack() as stack:
        with inside("leak"):
            leak = cookie()
            stack.enter_context(module.held("lo"))
        sh("ip netns del leak")
        # It leaves the list after the kernel has taken the lock that it keeps until all is done.
        until(lambda: all(record.cookie != leak for record in records(f"{module.FOLDER}/namespaces")), "the deletion to begin")
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
