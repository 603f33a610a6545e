# SPDX-License-Identifier: Apache-2.0
"""Root in a container is not enough: opening any file needs CAP_SYS_MODULE in the initial user
namespace."""
import os
import subprocess

import module
from rig import Probe


def refused(how, tries):
    """Each of the shell commands fails with EPERM."""
    script = "\n".join(f"{{ {command}; }} 2>&1 && echo 'done: {command}'" for command in tries)
    shown = subprocess.run(
        [*how, "sh", "-c", script], capture_output=True, text=True
    ).stdout.splitlines()
    assert len(shown) == len(tries) and all(
        "not permitted" in line for line in shown
    ), f"{how}: {shown}"


def run():
    probe = Probe()
    folder = module.FOLDER
    tries = [
        f"true < {folder}/{name}"
        for name in (
            "../drop-packet",
            "reasons",
            "namespaces",
            "interfaces",
            "probes/test",
            "probes/_manual",
            "counters/test",
        )
    ]
    tries += [f"true > {module.SETTINGS}", f"true > {folder}/control"]
    refused(["setpriv", "--bounding-set=-sys_module", "--inh-caps=-sys_module"], tries)
    refused(["unshare", "--user", "--map-root-user"], tries)
    for path, mode in (
        (module.SETTINGS, 0o600),
        (f"{folder}/control", 0o200),
        (f"{folder}/probes/test", 0o400),
        (f"{folder}/counters/test", 0o400),
        (f"{folder}/reasons", 0o400),
    ):
        assert os.stat(path).st_mode & 0o777 == mode, path
    for path in ("/proc/mooc", "/proc/mooc/net", folder, f"{folder}/probes", f"{folder}/counters"):
        assert os.stat(path).st_mode & 0o777 == 0o500, path
    listing = subprocess.run(
        ["setpriv", "--reuid=65534", "--clear-groups", "ls", "/proc/mooc"],
        capture_output=True,
        text=True,
    )
    assert listing.returncode and "Permission denied" in listing.stderr, listing
    subprocess.run(
        ["setpriv", "--bounding-set=-all,+sys_module", "--inh-caps=-all", "cat", module.SETTINGS],
        check=True,
        capture_output=True,
    )
    probe.remove()
