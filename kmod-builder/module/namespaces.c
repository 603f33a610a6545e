// SPDX-License-Identifier: GPL-2.0
/*
 * namespaces.c: lists the network namespaces and the interfaces. For process context; no handler
 * calls anything here.
 *
 * The counters identify a namespace by its cookie. User space finds out whose it is from the cgroup
 * of a process that runs in it. A packet that is dropped on the host's side of a veth pair belongs
 * to the namespace on the other side.
 */
#include <linux/bsearch.h>
#include <linux/cgroup.h>
#include <linux/device.h>
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/netdevice.h>
#include <linux/nsproxy.h>
#include <linux/rcupdate.h>
#include <linux/rtnetlink.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <net/net_namespace.h>
#include <net/rtnetlink.h>

#include "dropprobe.h"
#include "sorted.h"

/*
 * For the path of a cgroup. That of a container in a pod on a kind node has about 300 characters;
 * longer paths are printed as "-".
 */
#define PATH_SIZE 512

/* For the kind of an interface; "openvswitch" needs 12. */
#define KIND_SIZE 32

/* For the name of a driver, and of a module; longer ones are cut. */
#define DRIVER_SIZE 64

struct netns_entry {
	const struct net *net;
	u64 cookie;
	u32 inum;
	char cgroup[PATH_SIZE];
};

struct namespaces {
	struct netns_entry *list;
	u32 count;
};

static int compare_nets(const void *a, const void *b)
{
	const struct net *x = ((const struct netns_entry *)a)->net;
	const struct net *y = ((const struct netns_entry *)b)->net;

	return (x > y) - (x < y);
}

/* For bsearch(): the key is the namespace itself. */
static int compare_net(const void *net, const void *entry)
{
	const struct net *other = ((const struct netns_entry *)entry)->net;

	return ((const struct net *)net > other) - ((const struct net *)net < other);
}

static struct netns_entry *find_namespace(const struct namespaces *all, const struct net *net)
{
	return bsearch(net, all->list, all->count, sizeof(*all->list), compare_net);
}

static u32 count_nets(void)
{
	struct net *net;
	u32 count = 0;

	for_each_net(net)
		count++;
	return count;
}

/*
 * Allocates @size bytes for each namespace. Returns with net_rwsem held, so that no namespace is
 * added or removed while the caller fills the memory; without memory, or if the reader was killed,
 * returns NULL and holds no lock. Namespaces may be made faster than memory is allocated for them.
 */
static void *hold_namespaces(size_t size)
{
	void *room;
	u32 count;

	down_read(&net_rwsem);
	for (;;) {
		count = count_nets();
		up_read(&net_rwsem);
		count += count / 8 + 64;
		if (fatal_signal_pending(current))
			return NULL;
		room = kvcalloc(count, size, GFP_KERNEL_ACCOUNT);
		if (!room)
			return NULL;
		down_read(&net_rwsem);
		if (count_nets() <= count)
			return room;
		kvfree(room);
	}
}

/* Fills @all and returns with net_rwsem held; without memory, returns -ENOMEM and holds no lock. */
static int list_namespaces(struct namespaces *all)
{
	struct net *net;

	all->count = 0;
	all->list = hold_namespaces(sizeof(*all->list));
	if (!all->list)
		return -ENOMEM;
	for_each_net(net) {
		struct netns_entry *entry = &all->list[all->count++];

		entry->net = net;
		entry->cookie = dp_net_cookie(net);
		entry->inum = net->ns.inum;
	}
	sort(all->list, all->count, sizeof(*all->list), compare_nets, NULL);
	return 0;
}

/* The values of a record must not contain spaces. */
static void replace_blanks(char *text)
{
	/* Not isspace(), which takes a byte of UTF-8 for a blank. */
	for (; *text; text++)
		if ((u8)*text <= ' ' || *text == 0x7f)
			*text = '?';
}

#ifdef CONFIG_CGROUPS
static void copy_cgroup(struct netns_entry *entry, struct task_struct *task)
{
	int length = cgroup_path(task_dfl_cgroup(task), entry->cgroup, PATH_SIZE);

	if (length < 0 || length >= PATH_SIZE)
		strscpy(entry->cgroup, "-", PATH_SIZE);
	replace_blanks(entry->cgroup);
}
#else
static void copy_cgroup(struct netns_entry *entry, struct task_struct *task)
{
	strscpy(entry->cgroup, "-", PATH_SIZE);
}
#endif

/*
 * Finds the cgroup of the oldest process in each namespace: later ones may have joined it by
 * setns(). The list of processes is in the order of their creation.
 */
static void find_cgroups(const struct namespaces *all)
{
	struct task_struct *leader, *thread;

	rcu_read_lock();
	for_each_process(leader) {
		/* The main thread of a process may have exited before the others. */
		for_each_thread(leader, thread)
		{
			struct netns_entry *entry = NULL;
			bool alive;

			task_lock(thread);
			alive = thread->nsproxy;
			if (alive)
				entry = find_namespace(all, thread->nsproxy->net_ns);
			task_unlock(thread);
			if (entry && !*entry->cgroup)
				copy_cgroup(entry, thread);
			if (alive)
				break;
		}
	}
	rcu_read_unlock();
}

/**
 * dp_print_namespaces - print one record for each network namespace
 * @text: where to print
 *
 * The cgroup is that of the oldest process in the namespace, relative to the root of the default
 * hierarchy; "-" if there is no process, or if the path is too long. On hosts that only use cgroup
 * v1 all processes are in that root.
 */
void dp_print_namespaces(struct dp_text *text)
{
	struct namespaces all;
	u32 i;

	if (list_namespaces(&all)) {
		text->error = -ENOMEM;
		return;
	}
	find_cgroups(&all);
	/* Everything is copied, so printing need not delay the creation of namespaces. */
	up_read(&net_rwsem);
	for (i = 0; i < all.count; i++)
		dp_print(text, "netns cookie=%llu inum=%u cgroup=%s\n", all.list[i].cookie,
			 all.list[i].inum, *all.list[i].cgroup ? all.list[i].cgroup : "-");
	kvfree(all.list);
}

/* The values of a record: copied, so that no lock is held while they are printed. */
struct interface {
	u64 netns;
	u64 peer; /* 0 if there is none */
	int ifindex;
	bool host; /* in the first namespace of the machine */
	char name[IFNAMSIZ];
	char kind[KIND_SIZE];
	char driver[DRIVER_SIZE]; /* "" for an interface without hardware */
	char module[DRIVER_SIZE]; /* "" if the driver is built in, and without hardware */
};

/*
 * Copies the name of the driver that the hardware of an interface is bound to, and the module whose
 * function sends for it, in which the driver frees packets. Several drivers may share that module:
 * those of USB adapters are in usbnet.
 *
 * The caller holds the rtnl, and the interface is registered, so it holds its parent, and its
 * driver, which would have to unregister it first, is loaded. But the parent may be another device
 * than the driver's own, with a driver that is unbound meanwhile. The lock of the parent protects
 * against that, and may not be taken here: who holds it waits for the rtnl. RCU is enough to read
 * the name, because a driver is part of a module, whose memory is freed after a grace period.
 */
static void copy_driver(struct interface *to, const struct net_device *device)
{
	const struct device *parent = device->dev.parent;
	const struct device_driver *driver;
	char symbol[KSYM_SYMBOL_LEN];
	const char *module;

	if (!parent)
		return;
	rcu_read_lock();
	driver = READ_ONCE(parent->driver);
	if (driver)
		strscpy(to->driver, driver->name, sizeof(to->driver));
	rcu_read_unlock();
	replace_blanks(to->driver);
	if (!*to->driver)
		return;
	snprintf(symbol, sizeof(symbol), "%ps", device->netdev_ops->ndo_start_xmit);
	module = dp_cut_module(symbol);
	if (module)
		strscpy(to->module, module, sizeof(to->module));
}

static void copy_interface(struct interface *to, struct net *net, struct net_device *device)
{
	const struct net *peer = dp_peer_net(device);

	to->netns = dp_net_cookie(net);
	to->host = net_eq(net, &init_net);
	to->peer = peer ? dp_net_cookie(peer) : 0;
	to->ifindex = device->ifindex;
	strscpy(to->name, device->name, sizeof(to->name));
	if (device->rtnl_link_ops)
		strscpy(to->kind, device->rtnl_link_ops->kind, sizeof(to->kind));
	copy_driver(to, device);
}

static void print_interface(struct dp_text *text, const struct interface *interface)
{
	dp_print(text, "iface netns=%llu ifindex=%d name=%s", interface->netns, interface->ifindex,
		 interface->name);
	if (interface->host)
		dp_print(text, " host=y");
	if (*interface->kind)
		dp_print(text, " kind=%s", interface->kind);
	if (*interface->driver)
		dp_print(text, " driver=%s", interface->driver);
	if (*interface->module)
		dp_print(text, " module=%s", interface->module);
	if (interface->peer)
		dp_print(text, " peer-netns=%llu", interface->peer);
	dp_print(text, "\n");
}

/*
 * rtnl_lock_killable() is exported up to 6.12, but no longer in 7.1. So a reader tries, once in
 * each jiffy, and can be killed meanwhile. It might try for ever, so after so many tries it queues
 * up; then it can't be killed. No holder of the rtnl waits for readers.
 */
#define RTNL_TRIES (10 * HZ)

static int lock_rtnl_killable(void)
{
	u32 tries = RTNL_TRIES;

	while (!rtnl_trylock()) {
		if (fatal_signal_pending(current))
			return -EINTR;
		if (!tries--) {
			rtnl_lock();
			break;
		}
		schedule_timeout_killable(1);
	}
	return 0;
}

static u32 count_interfaces(void)
{
	const struct net_device *device;
	struct net *net;
	u32 count = 0;

	for_each_net(net)
		for_each_netdev(net, device)
			count++;
	return count;
}

/*
 * Takes the rtnl and net_rwsem, with room for a copy of all interfaces. The room is charged to the
 * cgroup of the reader, which may have to free memory first, so it is allocated without the locks.
 * Returns a negative errno without the locks.
 */
static int hold_interfaces(struct interface **all)
{
	u32 count, room = 0;

	*all = NULL;
	for (;;) {
		if (lock_rtnl_killable()) {
			kvfree(*all);
			return -EINTR;
		}
		down_read(&net_rwsem);
		count = count_interfaces();
		if (count <= room)
			return 0;
		up_read(&net_rwsem);
		rtnl_unlock();
		kvfree(*all);
		room = count + count / 8 + 64;
		*all = kvcalloc(room, sizeof(**all), GFP_KERNEL_ACCOUNT);
		if (!*all)
			return -ENOMEM;
	}
}

/**
 * dp_print_interfaces - print one record for each interface in each network namespace
 * @text: where to print; its error is -EINTR if the reader was killed while it waited
 *
 * Holds the rtnl only while the values are copied.
 */
void dp_print_interfaces(struct dp_text *text)
{
	struct net_device *device;
	struct interface *all;
	struct net *net;
	u32 count = 0, i;

	text->error = hold_interfaces(&all);
	if (text->error)
		return;
	for_each_net(net)
		for_each_netdev(net, device)
			copy_interface(&all[count++], net, device);
	up_read(&net_rwsem);
	rtnl_unlock();
	for (i = 0; i < count; i++)
		print_interface(text, &all[i]);
	kvfree(all);
}

/**
 * dp_live_cookies - list the cookies of all network namespaces
 * @count: set to the length of the list
 *
 * Return: the cookies, ascending, to be freed with kvfree(); NULL if there is no memory.
 */
u64 *dp_live_cookies(u32 *count)
{
	u64 *cookies = hold_namespaces(sizeof(*cookies));
	struct net *net;

	if (!cookies)
		return NULL;
	*count = 0;
	for_each_net(net)
		cookies[(*count)++] = dp_net_cookie(net);
	up_read(&net_rwsem);
	sort(cookies, *count, sizeof(*cookies), dp_compare_u64, NULL);
	return cookies;
}
