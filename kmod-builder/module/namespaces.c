// SPDX-License-Identifier: GPL-2.0
/*
 * namespaces.c: which network namespaces there are, and which interfaces. For process context; nothing here is called by a handler.
 *
 * A packet's namespace is known by its cookie. Whose it is, user space finds out from the cgroup of a process that runs in it; and a packet that is
 * dropped on the host's side of a veth pair belongs to the namespace of the other side.
 */
#include <linux/cgroup.h>
#include <linux/mm.h>
#include <linux/netdevice.h>
#include <linux/nsproxy.h>
#include <linux/rcupdate.h>
#include <linux/rtnetlink.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <net/net_namespace.h>
#include <net/rtnetlink.h>

#include "dropprobe.h"

/* Characters of a cgroup's path, with its end. A container's in a pod in a node of kind has about 300; longer ones are not told. */
#define PATH_SIZE 512

/* Characters of the longest name of a kind of interface, with its end; "openvswitch" has 12. */
#define KIND_SIZE 32

struct namespace {
	const struct net *net;
	u64 cookie;
	u32 inum;
	char cgroup[PATH_SIZE];
};

struct namespaces {
	struct namespace *list;
	u32 count;
};

static int compare_nets(const void *a, const void *b)
{
	const struct net *x = ((const struct namespace *)a)->net, *y = ((const struct namespace *)b)->net;

	return (x > y) - (x < y);
}

static struct namespace *find_namespace(const struct namespaces *all, const struct net *net)
{
	u32 low = 0, high = all->count;

	while (low < high) {
		u32 middle = (low + high) / 2;

		if (all->list[middle].net == net)
			return &all->list[middle];
		if (all->list[middle].net < net)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static u32 count_nets(void)
{
	struct net *net;
	u32 count = 0;

	for_each_net(net)
		count++;
	return count;
}

/* Room for something of each namespace. Returns it with net_rwsem held, so that none comes or goes while it is filled; without memory not held. */
static void *hold_namespaces(size_t size)
{
	void *room;
	u32 count;

	down_read(&net_rwsem);
	for (;;) {
		count = count_nets();
		up_read(&net_rwsem);
		room = kvcalloc(count, size, GFP_KERNEL);
		if (!room)
			return NULL;
		down_read(&net_rwsem);
		if (count_nets() <= count)
			return room;
		kvfree(room);
	}
}

/* The same, filled. */
static int list_namespaces(struct namespaces *all)
{
	struct net *net;

	all->count = 0;
	all->list = hold_namespaces(sizeof(*all->list));
	if (!all->list)
		return -ENOMEM;
	for_each_net(net) {
		struct namespace *namespace = &all->list[all->count++];

		namespace->net = net;
		namespace->cookie = dp_net_cookie(net);
		namespace->inum = net->ns.inum;
	}
	sort(all->list, all->count, sizeof(*all->list), compare_nets, NULL);
	return 0;
}

#ifdef CONFIG_CGROUPS
/* Values have no spaces. */
static void replace_blanks(char *text)
{
	for (; *text; text++)
		if (*text <= ' ' || *text == 0x7f)
			*text = '?';
}

static void take_cgroup(struct namespace *namespace, struct task_struct *task)
{
	int length = cgroup_path(task_dfl_cgroup(task), namespace->cgroup, PATH_SIZE);

	if (length < 0 || length >= PATH_SIZE)
		strscpy(namespace->cgroup, "-", PATH_SIZE);
	replace_blanks(namespace->cgroup);
}
#else
static void take_cgroup(struct namespace *namespace, struct task_struct *task)
{
	strscpy(namespace->cgroup, "-", PATH_SIZE);
}
#endif

/* Of the oldest process in each: who made the namespace, not who came to visit. Processes are listed in the order of their birth. */
static void find_cgroups(const struct namespaces *all)
{
	struct task_struct *task;

	rcu_read_lock();
	for_each_process(task) {
		struct namespace *namespace = NULL;

		task_lock(task);
		if (task->nsproxy)
			namespace = find_namespace(all, task->nsproxy->net_ns);
		task_unlock(task);
		if (namespace && !*namespace->cgroup)
			take_cgroup(namespace, task);
	}
	rcu_read_unlock();
}

/**
 * dp_print_namespaces - one record for each network namespace
 * @text: where to
 *
 * The cgroup is that of a process in it, below the default hierarchy's root; "-" where no process is, or its path is too long. Hosts with cgroup v1 only
 * have all processes in that root.
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
	/* All that is printed is copied: whoever makes a namespace need not wait for it. */
	up_read(&net_rwsem);
	for (i = 0; i < all.count; i++)
		dp_print(text, "netns cookie=%llu inum=%u cgroup=%s\n", all.list[i].cookie, all.list[i].inum,
			 *all.list[i].cgroup ? all.list[i].cgroup : "-");
	kvfree(all.list);
}

/**
 * dp_peer_net - the network namespace at the other end of a device's cable
 * @device: any; rtnl is held
 *
 * Others than veth and netkit answer, too, but mean the namespace that their packets go through.
 *
 * Return: the namespace; NULL for a device without such an end.
 */
struct net *dp_peer_net(const struct net_device *device)
{
	const struct rtnl_link_ops *ops = device->rtnl_link_ops;

	if (!ops || !ops->get_link_net || (strcmp(ops->kind, "veth") && strcmp(ops->kind, "netkit")))
		return NULL;
	return ops->get_link_net(device);
}

/* What a record tells of an interface: copied, so that no lock is held while it is written down. */
struct interface {
	u64 netns;
	u64 peer;	/* 0 where there is none */
	int ifindex;
	char name[IFNAMSIZ];
	char kind[KIND_SIZE];
};

static void copy_interface(struct interface *to, struct net *net, struct net_device *device)
{
	const struct net *peer = dp_peer_net(device);

	to->netns = dp_net_cookie(net);
	to->peer = peer ? dp_net_cookie(peer) : 0;
	to->ifindex = device->ifindex;
	strscpy(to->name, device->name, sizeof(to->name));
	if (device->rtnl_link_ops)
		strscpy(to->kind, device->rtnl_link_ops->kind, sizeof(to->kind));
}

/* With the rtnl and net_rwsem held. Returns NULL without memory. */
static struct interface *copy_interfaces(u32 *count)
{
	struct interface *all;
	struct net_device *device;
	struct net *net;
	u32 room = 0;

	for_each_net(net)
		for_each_netdev(net, device)
			room++;
	/* The first process' namespace is always there, and has at least one. */
	all = kvcalloc(room, sizeof(*all), GFP_KERNEL);
	if (!all)
		return NULL;
	*count = 0;
	for_each_net(net)
		for_each_netdev(net, device)
			copy_interface(&all[(*count)++], net, device);
	return all;
}

static void print_interface(struct dp_text *text, const struct interface *interface)
{
	dp_print(text, "iface netns=%llu ifindex=%d name=%s", interface->netns, interface->ifindex,
		 interface->name);
	if (*interface->kind)
		dp_print(text, " kind=%s", interface->kind);
	if (interface->peer)
		dp_print(text, " peer-netns=%llu", interface->peer);
	dp_print(text, "\n");
}

/* As rtnl_lock_killable(), which kernels up to 6.12 export and 7.2 does not. */
static int lock_rtnl_killable(void)
{
	while (!rtnl_trylock()) {
		if (fatal_signal_pending(current))
			return -EINTR;
		schedule_timeout_killable(1);
	}
	return 0;
}

/**
 * dp_print_interfaces - one record for each interface of each network namespace
 * @text: where to; its error is EINTR when the reader was killed while it waited
 *
 * Takes the rtnl, for as long as it takes to copy what is printed.
 */
void dp_print_interfaces(struct dp_text *text)
{
	struct interface *all;
	u32 count, i;

	if (lock_rtnl_killable()) {
		text->error = -EINTR;
		return;
	}
	down_read(&net_rwsem);
	all = copy_interfaces(&count);
	up_read(&net_rwsem);
	rtnl_unlock();
	if (!all) {
		text->error = -ENOMEM;
		return;
	}
	for (i = 0; i < count; i++)
		print_interface(text, &all[i]);
	kvfree(all);
}

/**
 * dp_live_cookies - the cookies of all network namespaces that there are
 * @count: how many
 *
 * Return: them, ascending, for kvfree(); NULL without memory.
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
