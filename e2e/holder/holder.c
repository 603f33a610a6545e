// SPDX-License-Identifier: GPL-2.0
/*
 * holder: keeps the module dropprobe on its way into or out of the kernel, in a call that nothing
 * can interrupt, until somebody writes 0 to /sys/module/holder/parameters/hold. For tests of what
 * the node's agent does meanwhile.
 */
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/sched.h>
#include <linux/string.h>

static bool hold = true;
module_param(hold, bool, 0644);

static int holder_notify(struct notifier_block *block, unsigned long state, void *data)
{
	struct module *module = data;

	if (strcmp(module->name, "dropprobe"))
		return NOTIFY_DONE;
	if (state != MODULE_STATE_COMING && state != MODULE_STATE_GOING)
		return NOTIFY_DONE;
	/* An idle sleep: no signal ends it, and the kernel does not complain of a hung task. */
	while (READ_ONCE(hold))
		schedule_timeout_idle(HZ / 10);
	return NOTIFY_DONE;
}

static struct notifier_block holder_block = {
	.notifier_call = holder_notify,
};

static int __init holder_init(void)
{
	return register_module_notifier(&holder_block);
}

static void __exit holder_exit(void)
{
	unregister_module_notifier(&holder_block);
}

module_init(holder_init);
module_exit(holder_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Holds the load or unload of dropprobe, for tests");
