// SPDX-License-Identifier: GPL-2.0
/*
 * holder.c: holds a lock or a reference from load to unload, so that scenarios can see which
 * commands wait for it. Or it has a network device, held0, which counts what the scenario writes to
 * its parameters. For virtual machines only.
 */
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/etherdevice.h>
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
MODULE_PARM_DESC(
	what, "lo, the reference that a bug would leak; rtnl; net_rwsem, for writing; or device");

static ulong packets, missed;
module_param(packets, ulong, 0644);
MODULE_PARM_DESC(packets, "rx_packets of held0");
module_param(missed, ulong, 0644);
MODULE_PARM_DESC(missed, "rx_missed_errors of held0");

static struct net_device *own;
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

static netdev_tx_t drop(struct sk_buff *skb, struct net_device *to)
{
	dev_kfree_skb(skb);
	return NETDEV_TX_OK;
}

static void get_stats64(struct net_device *of, struct rtnl_link_stats64 *stats)
{
	stats->rx_packets = READ_ONCE(packets);
	stats->rx_missed_errors = READ_ONCE(missed);
}

static const struct net_device_ops own_ops = {
	.ndo_start_xmit = drop,
	.ndo_get_stats64 = get_stats64,
};

static int make_device(void)
{
	int error;

	own = alloc_netdev(0, "held0", NET_NAME_USER, ether_setup);
	if (!own)
		return -ENOMEM;
	own->netdev_ops = &own_ops;
	eth_hw_addr_random(own);
	dev_net_set(own, current->nsproxy->net_ns);
	error = register_netdev(own);
	if (error)
		free_netdev(own);
	return error;
}

static int __init holder_init(void)
{
	if (!strcmp(what, "device"))
		return make_device();
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
	if (own) {
		unregister_netdev(own);
		free_netdev(own);
	}
	if (thread)
		kthread_stop(thread);
}

module_init(holder_init);
module_exit(holder_exit);

MODULE_DESCRIPTION("Holds a lock or a reference, for tests");
MODULE_LICENSE("GPL");
