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
 * needs no lock and no retry. The table is there while hooks are.
 */
#include <linux/hash.h>
#include <linux/mm.h>
#include <linux/netdevice.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "dropprobe.h"

#define GONE ((const struct net_device *)1UL)

struct device_table {
	u32 shift;
	u32 mask;
	u32 used;	/* slots that are not NULL, tombstones included */
	u32 live;
	struct dp_device slots[];
};

static DEFINE_MUTEX(dp_devices_lock);
static struct device_table __rcu *dp_devices;

static u32 slot_of(const struct device_table *table, const struct net_device *device)
{
	return ((u64)(unsigned long)device * GOLDEN_RATIO_64) >> table->shift;
}

/**
 * dp_find_device - look a device pointer up
 * @device: any value
 *
 * For handlers: preemption must be off, and the answer is good until it is on again.
 *
 * Return: what is known of the device, NULL if there is no such device.
 */
const struct dp_device *dp_find_device(const struct net_device *device)
{
	const struct device_table *table = rcu_dereference_sched(dp_devices);
	u32 i;

	for (i = slot_of(table, device);; i = (i + 1) & table->mask) {
		const struct dp_device *slot = &table->slots[i];
		const struct net_device *found = smp_load_acquire(&slot->device);

		if (found == device)
			return device ? slot : NULL;
		if (!found)
			return NULL;
	}
}

static struct device_table *make_table(u32 live)
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

static void insert(struct device_table *table, const struct net_device *device, u64 netns, int ifindex)
{
	u32 i = slot_of(table, device);

	while (table->slots[i].device)
		i = (i + 1) & table->mask;
	table->slots[i].netns = netns;
	table->slots[i].ifindex = ifindex;
	smp_store_release(&table->slots[i].device, device);
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
	new = make_table(old->live + 1);
	if (!new)
		return false;
	for (i = 0; i <= old->mask; i++) {
		const struct dp_device *slot = &old->slots[i];

		if (slot->device && slot->device != GONE)
			insert(new, slot->device, slot->netns, slot->ifindex);
	}
	rcu_assign_pointer(dp_devices, new);
	synchronize_rcu();
	kvfree(old);
	return true;
}

static void forget(const struct net_device *device)
{
	struct device_table *table = locked_table();
	u32 i;

	for (i = slot_of(table, device); table->slots[i].device; i = (i + 1) & table->mask) {
		if (table->slots[i].device == device) {
			WRITE_ONCE(table->slots[i].device, GONE);
			table->live--;
			return;
		}
	}
}

/* A device that moves to another namespace goes from the one and then comes to the other, maybe with another ifindex. */
static int device_event(struct notifier_block *block, unsigned long event, void *data)
{
	const struct net_device *device = netdev_notifier_info_to_dev(data);

	if (event != NETDEV_REGISTER && event != NETDEV_UNREGISTER)
		return NOTIFY_DONE;
	mutex_lock(&dp_devices_lock);
	forget(device);
	if (event == NETDEV_REGISTER && make_room())
		insert(locked_table(), device, dp_net_cookie(dev_net(device)), device->ifindex);
	mutex_unlock(&dp_devices_lock);
	return NOTIFY_DONE;
}

static struct notifier_block dp_device_notifier = { .notifier_call = device_event };

/* The table may have been replaced in the meantime. */
static void free_table(void)
{
	struct device_table *table = rcu_dereference_protected(dp_devices, true);

	RCU_INIT_POINTER(dp_devices, NULL);
	kvfree(table);
}

/**
 * dp_devices_start - fill the table and keep it
 *
 * The notifier is called at once for every device there is. Takes the rtnl.
 *
 * Return: 0 or a negative error number.
 */
int dp_devices_start(void)
{
	struct device_table *table = make_table(0);
	int error;

	if (!table)
		return -ENOMEM;
	rcu_assign_pointer(dp_devices, table);
	error = register_netdevice_notifier(&dp_device_notifier);
	if (error)
		free_table();
	return error;
}

/**
 * dp_devices_stop - give the table up; no handler may be looking into it any more
 */
void dp_devices_stop(void)
{
	unregister_netdevice_notifier(&dp_device_notifier);
	free_table();
}
