// SPDX-License-Identifier: GPL-2.0
/*
 * main.c: loads and unloads the module, and joins its parts.
 *
 * In between, commands add and remove probes (procfs.c, command.c, probe.c), the handler counts
 * (drop.c, packet.c, match.c, devices.c, addresses.c, stages.c) in tables (counters.c, fold.c), and
 * readers get a snapshot of them (snapshot.c, reasons.c, namespaces.c) and of the kernel's own
 * counters (netstat.c, xdp.c).
 */
#include <linux/init.h>
#include <linux/module.h>

#include "dropprobe.h"

/*
 * In this order: unregistering the notifier reports every namespace as removed, which would
 * schedule another fold.
 */
static void stop_devices(void)
{
	dp_fold_stop();
	dp_devices_stop();
}

/* Addresses last and first: before 5.12 they ask the table of devices for cookies. */
static int start_tables(void)
{
	int error = dp_devices_start(dp_fold_later, dp_netstat_device_changed);

	if (error)
		return error;
	error = dp_addresses_start();
	if (error)
		stop_devices();
	return error;
}

static void stop_tables(void)
{
	dp_addresses_stop();
	stop_devices();
}

static int __init dropprobe_init(void)
{
	int error;

	/* Check first: the agent retries, and registering the notifier is expensive. */
	if (dp_procfs_taken()) {
		pr_err("/proc/mooc already exists; unload the module that owns it\n");
		return -EEXIST;
	}
	error = start_tables();
	if (error)
		return error;
	error = dp_tables_init();
	if (error)
		goto stop;
	error = dp_procfs_init();
	if (error)
		goto exit_tables;
	error = dp_probes_init(dp_procfs_add_probe);
	if (error)
		goto remove_files;
	dp_commands_open(true);
	return 0;

remove_files:
	dp_procfs_exit();
exit_tables:
	dp_tables_exit();
stop:
	stop_tables();
	return error;
}

static void __exit dropprobe_exit(void)
{
	dp_commands_open(false);
	dp_procfs_exit();
	stop_tables();
	dp_probes_exit();
	dp_tables_exit();
}

module_init(dropprobe_init);
module_exit(dropprobe_exit);

MODULE_DESCRIPTION("Counts dropped packets exactly, by reason, location and network namespace");
MODULE_AUTHOR("The DropProbe authors");
MODULE_VERSION(DP_VERSION);
MODULE_LICENSE("GPL");
