// SPDX-License-Identifier: GPL-2.0
/*
 * build.c: the whole module as one compilation unit, as the kernel's scheduler is built too. A node compiles the module by itself, and most of that time is
 * the kernel's headers, which are read once like this. Each part still includes what it needs: DP_SEPARATE=1 compiles them one by one.
 */
#include "main.c"
#include "procfs.c"
#include "command.c"
#include "probe.c"
#include "counters.c"
#include "fold.c"
#include "drop.c"
#include "match.c"
#include "devices.c"
#include "stages.c"
#include "snapshot.c"
#include "reasons.c"
#include "namespaces.c"
#include "symbols.c"
#include "text.c"
