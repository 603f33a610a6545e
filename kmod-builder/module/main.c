// SPDX-License-Identifier: GPL-2.0
/*
 * main.c: load and unload.
 *
 * Between the two, a probe comes and goes by commands (procfs.c, command.c, probe.c), the handler counts (drop.c, match.c,
 * devices.c, stages.c) in tables (counters.c, fold.c), and a reader gets a snapshot of them (snapshot.c, reasons.c, namespaces.c).
 */
#include <linux/init.h>
#include <linux/module.h>

#include "dropprobe.h"

/**
 * dp_keep_hook - note whether the kernel has taken a hook back
 * @kept: whether it has not, and the module is kept for it; dp_lock is held
 * @name: what is hooked
 * @error: why not, or 0
 *
 * A handler that is still attached is called, so its code must stay. Whoever calls this still holds
 * a reference to the module, that of the probe that ends.
 */
void dp_keep_hook(bool *kept, const char *name, int error)
{
	lockdep_assert_held(&dp_lock);
	if (error && !*kept) {
		__module_get(THIS_MODULE);
		pr_err("%s is still hooked (error %d): (de)activate a probe again before unloading\n",
		       name, error);
	} else if (!error && *kept) {
		module_put(THIS_MODULE);
	}
	*kept = error;
}

/*
 * In this order: the notifier asks for a fold when a namespace goes, and while it is unregistered it
 * is told of every namespace that it goes.
 */
static void stop_devices(void)
{
	dp_fold_stop();
	dp_devices_stop();
}

static int __init dropprobe_init(void)
{
	int error;

	/* First: the agent tries again, and the notifier is not for nothing. */
	if (dp_procfs_taken()) {
		pr_err("/proc/mooc is there already: unload the module that made it\n");
		return -EEXIST;
	}
	error = dp_devices_start();
	if (error)
		return error;
	error = dp_procfs_init();
	if (error)
		goto stop;
	error = dp_probes_init();
	if (error)
		goto remove_files;
	dp_commands_open(true);
	return 0;

remove_files:
	dp_procfs_exit();
stop:
	stop_devices();
	return error;
}

static void __exit dropprobe_exit(void)
{
	dp_commands_open(false);
	dp_procfs_exit();
	stop_devices();
	dp_probes_exit();
}

module_init(dropprobe_init);
module_exit(dropprobe_exit);

MODULE_DESCRIPTION("Counts dropped packets exactly, by reason, place and network namespace");
MODULE_AUTHOR("The DropProbe authors");
MODULE_VERSION(DP_VERSION);
MODULE_LICENSE("GPL");
