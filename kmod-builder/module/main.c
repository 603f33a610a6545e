// SPDX-License-Identifier: GPL-2.0
/*
 * main.c: load and unload.
 *
 * Between the two, a probe comes and goes by commands (procfs.c, command.c, probe.c), the handler counts (drop.c, match.c,
 * devices.c) in tables (counters.c), and a reader gets a snapshot of them (snapshot.c, reasons.c).
 */
#include <linux/init.h>
#include <linux/module.h>

#include "dropprobe.h"

static int __init dropprobe_init(void)
{
	int error = dp_procfs_init();

	if (error)
		return error;
	error = dp_probes_init();
	if (error) {
		dp_procfs_exit();
		return error;
	}
	return 0;
}

static void __exit dropprobe_exit(void)
{
	dp_procfs_exit();
	dp_probes_exit();
}

module_init(dropprobe_init);
module_exit(dropprobe_exit);

MODULE_DESCRIPTION("Counts dropped packets exactly, by reason, place and network namespace");
MODULE_AUTHOR("The DropProbe authors");
MODULE_VERSION(DP_VERSION);
MODULE_LICENSE("GPL");
