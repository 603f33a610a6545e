# SPDX-License-Identifier: Apache-2.0
"""The module can't be unloaded while a probe is active. Otherwise it takes everything with it, also
while its files are open."""
import errno
import os
import time

import module
from rig import Probe, control, refuses, udp, write


def run():
    write(module.SETTINGS, "activate")
    refuses(errno.EWOULDBLOCK, module.unload)
    write(module.SETTINGS, "deactivate")
    probe = Probe().activate()
    refuses(errno.EWOULDBLOCK, module.unload)
    udp("127.0.0.1", 9, 100)
    probe.deactivate()
    open_files = [
        os.open(f"{module.FOLDER}/{name}", os.O_RDONLY)
        for name in ("probes/test", "reasons", "../drop-packet")
    ]
    open_files.append(os.open(f"{module.FOLDER}/control", os.O_WRONLY))
    module.unload()
    assert not os.path.exists("/proc/mooc")
    for file in open_files[:3]:
        refuses(errno.EIO, os.read, file, 100)
    refuses(errno.EIO, os.write, open_files[3], b"add x uid=u owner=o")
    for file in open_files:
        os.close(file)
    module.load("memory_limit_mib=1")
    small = Probe("small", "cells=65536")
    refuses(errno.ENOMEM, small.activate)
    small.remove()
    refuses(errno.EEXIST, module.load)
    control("add a uid=u owner=o")
    module.unload()
    # A load that fails leaves no work behind that would run later.
    refuses(errno.ENOMEM, module.load, "memory_limit_mib=0")
    assert not os.path.exists("/proc/mooc")
    time.sleep(3)
    module.load()
    assert os.listdir(f"{module.FOLDER}/probes") == ["_manual"], "a probe survived"
