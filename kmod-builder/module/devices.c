// SPDX-License-Identifier: GPL-2.0
/*
 * devices.c: a table of the network devices, which the handler looks skb->dev up in.
 *
 * The handler can't follow the skb->dev of a dropped packet. Its storage is shared with the links
 * of the trees and lists that packets wait in, so it may be another packet, a length, or a device
 * that was freed. Guarded reads would cost 74 instructions each. Instead, the pointer is looked up
 * in a table of the devices that exist, maintained by the netdevice notifier. What is not in the
 * table is not a device and is never dereferenced.
 *
 * The table is a hash table with linear probing, at most half full. A slot is written once and
 * published by its device pointer. A removed device leaves a tombstone; tombstones are only cleaned
 * out by making a new table. So the handler needs neither a lock nor a retry.
 *
 * The notifier stays registered from load to unload. Registering it takes pernet_ops_rwsem for
 * writing, which waits for network namespaces that are being removed, and while it waits no
 * namespace can be created. No command and no lease may do that.
 *
 * What there is no memory for is unknown, and counted as missing, until it goes or there is memory
 * when it is set up, when its carrier changes, or at dp_device_retry().
 */
#include <linux/hash.h>
#include <linux/if_arp.h>
#include <linux/mm.h>
#include <linux/netdevice.h>
#include <linux/random.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <net/rtnetlink.h>

#include "dropprobe.h"

#define TOMBSTONE ((const void *)1UL)

struct device_table {
	struct rcu_head rcu;
	u32 shift;
	u32 mask;
	u32 used; /* slots that are not NULL, including tombstones */
	u32 live;
	struct dp_device slots[];
};

static DEFINE_MUTEX(dp_devices_lock);
static struct device_table __rcu *dp_devices;
static u32 dp_devices_missing; /* protected by dp_devices_lock */

/* Set before the notifier is registered. */
static void (*dp_netns_removed)(void);
static void (*dp_device_changed)(struct net_device *device, unsigned long event, bool loopback);

static u32 slot_of(const struct device_table *table, const void *address)
{
	return ((u64)(unsigned long)address * GOLDEN_RATIO_64) >> table->shift;
}

/**
 * dp_find_device - look up a device by its address
 * @address: any value
 *
 * For handlers: the caller has disabled preemption, and the result is valid until it is enabled
 * again.
 *
 * Return: the entry of the device, NULL if there is no device at this address.
 */
const struct dp_device *dp_find_device(const void *address)
{
	const struct device_table *table = rcu_dereference_sched(dp_devices);
	u32 i;

	/* NULL is frequent on the transmit path; and a tombstone is no device. */
	if (unlikely(address <= TOMBSTONE))
		return NULL;
	for (i = slot_of(table, address);; i = (i + 1) & table->mask) {
		const struct dp_device *slot = &table->slots[i];
		/* Pairs with insert(). */
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

static void insert(struct device_table *table, const void *address, u64 netns, u64 peer,
		   int ifindex)
{
	u32 i = slot_of(table, address);

	while (table->slots[i].address)
		i = (i + 1) & table->mask;
	table->slots[i].netns = netns;
	table->slots[i].peer = peer;
	table->slots[i].ifindex = ifindex;
	/* A handler that finds the address finds the other fields set. */
	smp_store_release(&table->slots[i].address, address);
	table->used++;
	table->live++;
}

static struct device_table *locked_table(void)
{
	return rcu_dereference_protected(dp_devices, lockdep_is_held(&dp_devices_lock));
}

/*
 * Makes room for one more device, if needed by a new table without tombstones. Returns false if
 * there is no memory; then the new device is unknown until retry() finds some.
 */
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

		if (slot->address && slot->address != TOMBSTONE)
			insert(new, slot->address, slot->netns, slot->peer, slot->ifindex);
	}
	rcu_assign_pointer(dp_devices, new);
	kvfree_rcu(old, rcu);
	return true;
}

/* Returns whether there was memory. */
static bool add_address(const void *address, u64 netns, int ifindex)
{
	if (!make_room())
		return false;
	insert(locked_table(), address, netns, 0, ifindex);
	return true;
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

/* Returns whether the table had the address. */
static bool remove_address(const void *address)
{
	struct dp_device *slot = slot_with(address);

	if (!slot)
		return false;
	WRITE_ONCE(slot->address, TOMBSTONE);
	locked_table()->live--;
	return true;
}

#if DP_HAVE_NET_COOKIE
static bool add_netns(const struct net *net)
{
	return true;
}

static bool remove_netns(const struct net *net)
{
	return true;
}
#else
/*
 * Kernels before 5.12 draw the cookie of a namespace on demand, by a function that is not exported
 * to modules. There the module draws a number for each namespace, and keeps it in the table of
 * devices, under the address of the namespace.
 */
static u64 dp_last_cookie;

static bool add_netns(const struct net *net)
{
	/*
	 * Start at random, so that no number of an earlier load is used again: user space may still
	 * hold it. Small enough for a signed number.
	 */
	if (!dp_last_cookie)
		dp_last_cookie = get_random_u64() >> 2;
	return add_address(net, ++dp_last_cookie, 0);
}

static bool remove_netns(const struct net *net)
{
	return remove_address(net);
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

/**
 * dp_peer_net - network namespace of the veth peer of a device
 * @device: any device; the caller holds the rtnl
 *
 * Drivers other than veth and netkit implement get_link_net() too, but mean the namespace that
 * their packets go through.
 *
 * Return: the namespace, NULL if the device has no peer.
 */
struct net *dp_peer_net(const struct net_device *device)
{
	const struct rtnl_link_ops *ops = device->rtnl_link_ops;

	if (!ops || !ops->get_link_net)
		return NULL;
	if (strcmp(ops->kind, "veth") && strcmp(ops->kind, "netkit"))
		return NULL;
	return ops->get_link_net(device);
}

/* Each namespace has one loopback interface, registered first and unregistered last. */
static bool is_loopback(const struct net_device *device)
{
	return device->type == ARPHRD_LOOPBACK && device->flags & IFF_LOOPBACK;
}

/*
 * Records the veth peer on both ends. Called when a device is registered in a namespace, and on
 * NETDEV_UP, since a new pair is only linked after both ends are registered. The rtnl is held, so
 * both ends stay.
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

static void add_device(const struct net_device *device)
{
	const struct net *net = dev_net(device);

	remove_address(device);
	if (is_loopback(device))
		dp_devices_missing += !add_netns(net);
	dp_devices_missing += !add_address(device, dp_net_cookie(net), device->ifindex);
	note_peer(device);
}

/* Not below 0: if another notifier refuses a device, its end is reported, but not its beginning. */
static void one_less_missing(void)
{
	if (dp_devices_missing)
		dp_devices_missing--;
}

static void remove_device(const struct net_device *device)
{
	if (!remove_address(device)) {
		if (!dp_is_first_unregister(device))
			return;
		one_less_missing();
	}
	if (!is_loopback(device))
		return;
	if (!remove_netns(dev_net(device)))
		one_less_missing();
	dp_netns_removed();
}

/* Adds what there was no memory for. The caller holds the rtnl. */
static void retry(const struct net_device *device)
{
	const struct net *net = dev_net(device);
	struct dp_device *slot = slot_with(device);

	if (slot && slot->netns)
		return;
	if (!dp_net_cookie(net) && add_netns(net))
		one_less_missing();
	slot = slot_with(device); /* maybe in another table */
	if (slot)
		WRITE_ONCE(slot->netns, dp_net_cookie(net));
	else if (add_address(device, dp_net_cookie(net), device->ifindex))
		one_less_missing();
	note_peer(device);
}

/**
 * dp_device_retry - add a device to the table that there was no memory for
 * @device: a registered device; the caller holds the rtnl
 */
void dp_device_retry(const struct net_device *device)
{
	mutex_lock(&dp_devices_lock);
	retry(device);
	mutex_unlock(&dp_devices_lock);
}

/**
 * dp_print_devices - print how many entries the table of devices has
 * @text: where to print
 */
void dp_print_devices(struct dp_text *text)
{
	u32 live;

	rcu_read_lock_sched();
	live = READ_ONCE(rcu_dereference_sched(dp_devices)->live);
	rcu_read_unlock_sched();
	dp_print(text, "  devices: %u%s\n", live,
		 READ_ONCE(dp_devices_missing) ? " (incomplete)" : "");
}

/*
 * A device that moves to another namespace is unregistered from the one and registered in the
 * other, maybe with another ifindex.
 */
static int device_event(struct notifier_block *block, unsigned long event, void *data)
{
	struct net_device *device = netdev_notifier_info_to_dev(data);

	mutex_lock(&dp_devices_lock);
	switch (event) {
	case NETDEV_REGISTER:
		add_device(device);
		break;
	case NETDEV_UP:
	case NETDEV_CHANGE:
		retry(device);
		note_peer(device);
		break;
	case NETDEV_UNREGISTER:
		remove_device(device);
		break;
	}
	mutex_unlock(&dp_devices_lock);
	dp_device_changed(device, event, is_loopback(device));
	return NOTIFY_DONE;
}

static struct notifier_block dp_device_notifier = { .notifier_call = device_event };

/* The present table, which may have replaced the one of dp_devices_start(). */
static void free_table(void)
{
	struct device_table *table = rcu_dereference_protected(dp_devices, true);

	RCU_INIT_POINTER(dp_devices, NULL);
	kvfree(table);
}

/**
 * dp_devices_start - fill the table of devices and keep it up to date
 * @netns_removed: called in process context when a network namespace is removed
 * @device_changed: called under the rtnl for each event of a device (NETDEV_*); @loopback says that
 *		    it is the loopback interface of its namespace
 *
 * For the load of the module. The notifier is called at once for every existing device. Takes
 * pernet_ops_rwsem and the rtnl.
 *
 * Return: 0 or a negative errno.
 */
int dp_devices_start(void (*netns_removed)(void),
		     void (*device_changed)(struct net_device *device, unsigned long event,
					    bool loopback))
{
	struct device_table *table;
	int error;

	table = make_device_table(0);
	if (!table)
		return -ENOMEM;
	dp_netns_removed = netns_removed;
	dp_device_changed = device_changed;
	rcu_assign_pointer(dp_devices, table);
	error = register_netdevice_notifier(&dp_device_notifier);
	if (error)
		free_table();
	return error;
}

/**
 * dp_devices_stop - free the table of devices
 *
 * For the unload of the module, when no handler can run any more. The notifier is called for every
 * device as if it were unregistered. Takes pernet_ops_rwsem and the rtnl.
 */
void dp_devices_stop(void)
{
	unregister_netdevice_notifier(&dp_device_notifier);
	free_table();
}
