// SPDX-License-Identifier: GPL-2.0
/*
 * build.c: the whole module as one compilation unit, as kernel/sched/ is built. Each node compiles
 * the module, and most of that time goes into the kernel's headers, which are read once this way.
 * Every file still includes what it uses: DP_SEPARATE=1 compiles them one by one.
 *
 * The files stand in the order of their dependencies, each after those whose functions it calls
 * (kmod-builder/module-tests/module-graph checks that there is no circle), so that the compiler can
 * inline across them.
 */
#include "locks.c"
#include "hook.c"
#include "text.c"
#include "symbols.c"
#include "fragments.c"
#include "reasons.c"
#include "command.c"
#include "counters.c"
#include "devices.c"
#include "addresses.c"
#include "xdp.c"
#include "netstat.c"
#include "namespaces.c"
#include "packet.c"
#include "match.c"
#include "drop.c"
#include "stages.c"
#include "fold.c"
#include "snapshot.c"
#include "probe.c"
#include "procfs.c"
#include "main.c"
