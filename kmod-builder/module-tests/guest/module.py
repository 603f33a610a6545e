# SPDX-License-Identifier: Apache-2.0
"""Loading and unloading the module, with the kernel's own errno."""

import contextlib
import ctypes
import errno
import os

NAME = "dropprobe"
PATH = "/mnt/rig/dropprobe.ko"
LESSER = "/mnt/rig/lesser.ko"  # without ftrace, and with few folded sums
HOLDER = "/mnt/rig/holder.ko"
SETTINGS = "/proc/mooc/net/drop-packet"
FOLDER = "/proc/mooc/net/drop-probes"

_FINIT_MODULE = 313
_DELETE_MODULE = 176
_libc = ctypes.CDLL(None, use_errno=True)


def _call(*args):
    if _libc.syscall(*args) < 0:
        number = ctypes.get_errno()
        raise OSError(number, errno.errorcode[number])


def is_loaded():
    return os.path.exists(f"/sys/module/{NAME}")


def load(parameters="", path=PATH):
    file = os.open(path, os.O_RDONLY)
    try:
        _call(_FINIT_MODULE, file, parameters.encode(), 0)
    finally:
        os.close(file)


def unload(name=NAME):
    """Raises BlockingIOError while a probe is active."""
    _call(_DELETE_MODULE, name.encode(), os.O_NONBLOCK)


@contextlib.contextmanager
def held(what):
    """In the block, the kernel holds `lo` (a reference to the loopback interface of this namespace,
    so that its removal does not finish), `rtnl`, `net_rwsem`, or has the `device` held0, which
    counts what count_at_held0() says: see holder/holder.c."""
    load(f"what={what}", HOLDER)
    try:
        yield
    finally:
        unload("holder")


def count_at_held0(packets, missed):
    """Lets held0 have received so many packets, and missed so many."""
    for name, value in (("packets", packets), ("missed", missed)):
        with open(f"/sys/module/holder/parameters/{name}", "w") as file:
            file.write(str(value))


def setting(name):
    """The value of a line in drop-packet."""
    lines = open(SETTINGS).read().split("\n")
    return next(line.split(": ")[1] for line in lines if line.startswith(f"  {name}: "))


def references():
    return int(open(f"/sys/module/{NAME}/refcnt").read())


def unload_whatever_is_active():
    """Deactivates every probe that a scenario left active, then unloads the module. Returns what
    went wrong, or None."""
    if not is_loaded():
        return None
    with open(SETTINGS, "w") as settings:
        settings.write("deactivate")
    for name in os.listdir(f"{FOLDER}/probes"):
        words = dict(
            word.split("=", 1) for word in open(f"{FOLDER}/probes/{name}").readline().split()[1:]
        )
        if words["active"] == "y":
            with open(f"{FOLDER}/control", "w") as control:
                control.write(f"deactivate {name} uid={words['uid']} owner={words['owner']}")
    try:
        unload()
    except OSError as error:
        return f"does not unload although no probe is active: {error}"
    return "still in /proc after unload" if os.path.exists("/proc/mooc") else None
