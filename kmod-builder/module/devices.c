// SPDX-License-Identifier: GPL-2.0
/*
 * devices.c: which network devices there are, and where.
 *
 * A dropped packet's skb->dev cannot be followed: its storage is shared with the links of the trees and lists that packets wait
 * in, so it may be another packet, a length, or a device that is gone. Instead of reading through it under guard, which
 * costs 74 instructions a read, the pointer is looked up in a table of the devices that exist, kept by the netdevice notifier.
 * What is not in the table is not a device, and is never touched.
 *
 * The table is a hash with linear probing, at most half full. A slot is written once and published by its device pointer; a
 * device that goes leaves a tombstone, and tombstones are only cleaned out by making a new table. So the handler
 * needs no lock and no retry.
 *
 * The notifier is registered from load to unload. Registering takes pernet_ops_rwsem for writing,
 * which waits for network namespaces that are being deleted, and while it waits nobody can make one:
 * no command and no lease may do that.
 */
#include <linux/hash.h>
#include <linux/if_arp.h>
#include <linux/mm.h>
#include <linux/netdevice.h>
#include <linux/random.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "dropprobe.h"

#define GONE ((const void *)1UL)

struct device_table {
	struct rcu_head rcu;
	u32 shift;
	u32 mask;
	u32 used;	/* slots that are not NULL, tombstones included */
	u32 live;
	struct dp_device slots[];
};

static DEFINE_MUTEX(dp_devices_lock);
static struct device_table __rcu *dp_devices;

static u32 slot_of(const struct device_table *table, const void *address)
{
	return ((u64)(unsigned long)address * GOLDEN_RATIO_64) >> table->shift;
}

/**
 * dp_find_device - look an address up
 * @address: any value
 *
 * For handlers: preemption must be off, and the answer is good until it is on again.
 *
 * Return: what is known of the device, NULL if there is no such device.
 */
const struct dp_device *dp_find_device(const void *address)
{
	const struct device_table *table = rcu_dereference_sched(dp_devices);
	u32 i;

	/* On the way out there often is none yet; nor is a tombstone one. */
	if (unlikely(address <= GONE))
		return NULL;
	for (i = slot_of(table, address);; i = (i + 1) & table->mask) {
		const struct dp_device *slot = &table->slots[i];
		const void *found = smp_load_acquire(&slot->address);

		if (found == address)
			return slot;
		if (!found)
			return NULL;
	}
}

static struct device_table *make_device_table(u32 live)
{
	u32 bits = max(6U, (u32)ilog2(live + 1) + 2);
	size_t size = sizeof(struct device_table) + (sizeof(struct dp_device) << bits);
	struct device_table *table = kvzalloc(size, GFP_KERNEL);

	if (table) {
		table->shift = 64 - bits;
		table->mask = (1U << bits) - 1;
	}
	return table;
}

static void insert(struct device_table *table, const void *address, u64 netns, u64 peer, int ifindex)
{
	u32 i = slot_of(table, address);

	while (table->slots[i].address)
		i = (i + 1) & table->mask;
	table->slots[i].netns = netns;
	table->slots[i].peer = peer;
	table->slots[i].ifindex = ifindex;
	smp_store_release(&table->slots[i].address, address);
	table->used++;
	table->live++;
}

static struct device_table *locked_table(void)
{
	return rcu_dereference_protected(dp_devices, lockdep_is_held(&dp_devices_lock));
}

/* Room for one more: a new table without the tombstones. Without memory for it the new device stays unknown. */
static bool make_room(void)
{
	struct device_table *old = locked_table(), *new;
	u32 i;

	if (2 * (old->used + 1) <= old->mask + 1)
		return true;
	new = make_device_table(old->live + 1);
	if (!new)
		return false;
	for (i = 0; i <= old->mask; i++) {
		const struct dp_device *slot = &old->slots[i];

		if (slot->address && slot->address != GONE)
			insert(new, slot->address, slot->netns, slot->peer, slot->ifindex);
	}
	rcu_assign_pointer(dp_devices, new);
	kvfree_rcu(old, rcu);
	return true;
}

static void add_address(const void *address, u64 netns, int ifindex)
{
	if (make_room())
		insert(locked_table(), address, netns, 0, ifindex);
}

static struct dp_device *slot_with(const void *address)
{
	struct device_table *table = locked_table();
	u32 i;

	for (i = slot_of(table, address); table->slots[i].address; i = (i + 1) & table->mask)
		if (table->slots[i].address == address)
			return &table->slots[i];
	return NULL;
}

/* Whether it was there. */
static bool forget_address(const void *address)
{
	struct dp_device *slot = slot_with(address);

	if (!slot)
		return false;
	WRITE_ONCE(slot->address, GONE);
	locked_table()->live--;
	return true;
}

#if DP_HAVE_NET_COOKIE
static void add_netns(const struct net *net)
{
}

static void forget_netns(const struct net *net)
{
}
#else
/* Kernels that draw a namespace's cookie on demand do so by a function that modules can't call: there the table has a number of ours for each. */
static u64 dp_last_cookie;

static void add_netns(const struct net *net)
{
	/* No number of an earlier load, whose namespaces may still be named somewhere. Small enough for a signed number. */
	if (!dp_last_cookie)
		dp_last_cookie = get_random_u64() >> 2;
	add_address(net, ++dp_last_cookie, 0);
}

static void forget_netns(const struct net *net)
{
	forget_address(net);
}

u64 dp_net_cookie(const struct net *net)
{
	const struct dp_device *known;
	u64 cookie;

	preempt_disable_notrace();
	known = dp_find_device(net);
	cookie = known ? known->netns : 0;
	preempt_enable_notrace();
	return cookie;
}
#endif

/* Each namespace has one, which is its first to come and its last to go. */
static bool is_loopback(const struct net_device *device)
{
	return device->type == ARPHRD_LOOPBACK && device->flags & IFF_LOOPBACK;
}

/*
 * The two ends of a cable learn of each other: both when one comes to a namespace, and when one is up, since the cable is laid after both have come.
 * rtnl is held, so both stay.
 */
static void note_peer(const struct net_device *device)
{
	struct net *net = dp_peer_net(device);
	struct dp_device *slot = slot_with(device);
	const struct net_device *other;

	if (!net || !slot)
		return;
	WRITE_ONCE(slot->peer, dp_net_cookie(net));
	other = __dev_get_by_index(net, dev_get_iflink(device));
	slot = other ? slot_with(other) : NULL;
	if (slot && dp_peer_net(other) == dev_net(device))
		WRITE_ONCE(slot->peer, dp_net_cookie(dev_net(device)));
}

/* A device that moves to another namespace goes from the one and then comes to the other, maybe with another ifindex. */
static int device_event(struct notifier_block *block, unsigned long event, void *data)
{
	const struct net_device *device = netdev_notifier_info_to_dev(data);
	const struct net *net = dev_net(device);

	mutex_lock(&dp_devices_lock);
	switch (event) {
	case NETDEV_REGISTER:
		forget_address(device);
		if (is_loopback(device))
			add_netns(net);
		add_address(device, dp_net_cookie(net), device->ifindex);
		note_peer(device);
		break;
	case NETDEV_UP:
	case NETDEV_CHANGE:
		note_peer(device);
		break;
	case NETDEV_UNREGISTER:
		/* Again each second while somebody holds a reference: once is enough. */
		if (forget_address(device) && is_loopback(device)) {
			forget_netns(net);
			dp_fold_later();
		}
		break;
	}
	mutex_unlock(&dp_devices_lock);
	return NOTIFY_DONE;
}

static struct notifier_block dp_device_notifier = { .notifier_call = device_event };

/* Not the table that dp_devices_start() made, where a larger one has replaced it. */
static void free_table(void)
{
	struct device_table *table = rcu_dereference_protected(dp_devices, true);

	RCU_INIT_POINTER(dp_devices, NULL);
	kvfree(table);
}

/**
 * dp_devices_start - fill the table and keep it up to date, when the module is loaded
 *
 * The notifier is called at once for every device there is. Takes pernet_ops_rwsem and the rtnl.
 *
 * Return: 0 or a negative error number.
 */
int dp_devices_start(void)
{
	struct device_table *table;
	int error;

	table = make_device_table(0);
	if (!table)
		return -ENOMEM;
	rcu_assign_pointer(dp_devices, table);
	error = register_netdevice_notifier(&dp_device_notifier);
	if (error)
		free_table();
	return error;
}

/**
 * dp_devices_stop - free the table, when the module is unloaded and no handler can run any more
 *
 * The notifier is called for every device as if it went. Takes pernet_ops_rwsem and the rtnl.
 */
void dp_devices_stop(void)
{
	unregister_netdevice_notifier(&dp_device_notifier);
	free_table();
}
