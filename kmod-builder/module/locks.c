// SPDX-License-Identifier: GPL-2.0
/*
 * locks.c: the module's two mutexes and the list of probes that they protect. The order of all
 * locks is in dropprobe.h.
 */
#include "dropprobe.h"

DEFINE_MUTEX(dp_command_lock);
DEFINE_MUTEX(dp_lock);
LIST_HEAD(dp_probes);
