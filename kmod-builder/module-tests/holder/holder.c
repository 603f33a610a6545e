// SPDX-License-Identifier: GPL-2.0
/*
 * holder.c: holds a lock or a reference from load to unload, so that scenarios can see which
 * commands wait for it. For virtual machines only.
 */
#include <linux/completion.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/nsproxy.h>
#include <linux/rtnetlink.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <net/net_namespace.h>

static char *what = "";
module_param(what, charp, 0444);
MODULE_PARM_DESC(what, "lo, the reference that a bug would leak; rtnl; or net_rwsem, for writing");

static struct net_device *device;
static struct task_struct *thread;
static DECLARE_COMPLETION(held);

/* In a thread of its own, because a process must not return to user space with a lock held. */
static int hold(void *unused)
{
	bool rtnl = !strcmp(what, "rtnl");

	if (rtnl)
		rtnl_lock();
	else
		down_write(&net_rwsem);
	complete(&held);
	while (!kthread_should_stop())
		schedule_timeout_interruptible(HZ / 10);
	if (rtnl)
		rtnl_unlock();
	else
		up_write(&net_rwsem);
	return 0;
}

static int __init holder_init(void)
{
	if (!strcmp(what, "lo")) {
		device = dev_get_by_name(current->nsproxy->net_ns, "lo");
		return device ? 0 : -ENODEV;
	}
	if (strcmp(what, "rtnl") && strcmp(what, "net_rwsem"))
		return -EINVAL;
	thread = kthread_run(hold, NULL, "holder");
	if (IS_ERR(thread))
		return PTR_ERR(thread);
	wait_for_completion(&held);
	return 0;
}

static void __exit holder_exit(void)
{
	if (device)
		dev_put(device);
	if (thread)
		kthread_stop(thread);
}

module_init(holder_init);
module_exit(holder_exit);

MODULE_DESCRIPTION("Holds a lock or a reference, for tests");
MODULE_LICENSE("GPL");
