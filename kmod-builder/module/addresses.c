// SPDX-License-Identifier: GPL-2.0
/*
 * addresses.c: a table of the local addresses of all network namespaces. It gives the namespace of
 * a packet that has neither socket nor device nor route any more: before 6.11, most of what a TCP
 * socket drops on arrival. Its destination is an address of the namespace that it was delivered in.
 *
 * Several namespaces may have the same address, and a packet may be delivered to an address that
 * its namespace does not have (TPROXY, local routes). So the interface that the packet came through
 * must exist too: the answer is the one namespace that has the address and an interface with that
 * number. If several have both, or none, it is unknown. What every namespace has is not in the
 * table: the loopback interface and its addresses (127/8, ::1).
 *
 * The table is kept by the notifiers of addresses and of devices. IPv6 calls its notifiers in
 * softirqs too, so there is a spinlock, and an entry is allocated without waiting. If that fails,
 * or if the table is full, the table is incomplete: another namespace with the same address would
 * be taken for the only one. So everything is unknown until a scan has succeeded.
 *
 * Handlers read the table without a lock, under RCU. It has a fixed number of buckets, so they
 * never meet a table that is being resized; and the hash has a random seed, because the
 * owner of a namespace chooses its addresses.
 */
#include <linux/hashtable.h>
#include <linux/in.h>
#include <linux/inetdevice.h>
#include <linux/jhash.h>
#include <linux/netdevice.h>
#include <linux/random.h>
#include <linux/rculist.h>
#include <linux/rcupdate.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/workqueue.h>
#include <net/addrconf.h>
#include <net/flow.h>
#include <net/if_inet6.h>
#include <net/net_namespace.h>

#include "dropprobe.h"

#define BUCKET_BITS 12

/* Entries to look at, in all buckets together, before a namespace is unknown: bounds the cost. */
#define ENTRY_TRIES 512

/* How long to wait for memory, or for addresses to go, before a scan. */
#define SCAN_DELAY (10 * HZ)

/**
 * struct place_key - what an entry is found by
 * @words: an address in network byte order; or the cookie of a namespace and the number of an
 *	   interface
 * @family: 4, 6, or 0 for an interface
 */
struct place_key {
	u32 words[4];
	u32 family;
};

/**
 * struct place - an address of an interface, or an interface
 * @node: in the bucket of its key, for handlers
 * @by_origin: in the bucket of its origin, for changes: thousands of addresses may have one key
 * @key: see struct place_key
 * @ifindex: the interface
 * @netns: cookie of its namespace
 * @origin: the kernel's own object, which must not be dereferenced: an interface may have the same
 *	    address twice, and each of the two is reported
 * @rcu: for freeing it, when it is in no bucket
 */
struct place {
	struct hlist_node node;
	struct hlist_node by_origin;
	struct place_key key;
	int ifindex;
	u64 netns;
	union {
		const void *origin;
		struct rcu_head rcu;
	};
};

static struct hlist_head dp_places[1 << BUCKET_BITS];
static DEFINE_HASHTABLE(dp_origins, BUCKET_BITS); /* protected by dp_places_lock */
static u32 dp_place_seed __read_mostly;

/* Protects changes of the table, and what follows. */
static DEFINE_SPINLOCK(dp_places_lock);
static u32 dp_place_count;
static bool dp_place_missing;	  /* an entry could not be added since the last scan began */
static bool dp_places_incomplete; /* read by handlers */

static void scan(struct work_struct *work);
static DECLARE_DELAYED_WORK(dp_scan_work, scan);

static struct hlist_head *bucket_of(const struct place_key *key)
{
	u32 hash = jhash2((const u32 *)key, sizeof(*key) / sizeof(u32), dp_place_seed);

	return &dp_places[hash >> (32 - BUCKET_BITS)];
}

static struct place_key address_key(u32 family, const void *address)
{
	struct place_key key = { .family = family };

	memcpy(key.words, address, family == 4 ? 4 : 16);
	return key;
}

static struct place_key interface_key(u64 netns, int ifindex)
{
	return (struct place_key){ .words = { (u32)netns, netns >> 32, ifindex } };
}

static bool same_key(const struct place_key *a, const struct place_key *b)
{
	return !memcmp(a, b, sizeof(*a));
}

/* For handlers. If @tries is used up, "false" means nothing. */
static bool has_interface(u64 netns, int ifindex, u32 *tries)
{
	struct place_key key = interface_key(netns, ifindex);
	const struct place *place;

	hlist_for_each_entry_rcu(place, bucket_of(&key), node) {
		if (!*tries)
			return false;
		--*tries;
		if (same_key(&place->key, &key))
			return true;
	}
	return false;
}

/**
 * dp_netns_of_address - the network namespace of a packet by its local address
 * @family: 4 or 6
 * @address: the address, in network byte order
 * @ifindex: the interface that the packet came through
 *
 * For handlers: the caller has disabled preemption.
 *
 * Return: the cookie of the namespace; 0 if it is unknown.
 */
u64 dp_netns_of_address(u32 family, const void *address, int ifindex)
{
	struct place_key key = address_key(family, address);
	u64 found = 0, rejected = 0;
	const struct place *place;
	u32 tries = ENTRY_TRIES;

	/* Every namespace has a loopback interface, and can route any address to it. */
	if (ifindex == LOOPBACK_IFINDEX)
		return 0;
	/* Pairs with scan(): who finds the table complete finds all entries. */
	if (smp_load_acquire(&dp_places_incomplete))
		return 0;
	hlist_for_each_entry_rcu(place, bucket_of(&key), node) {
		if (!tries)
			return 0;
		tries--;
		if (!same_key(&place->key, &key) || place->netns == found ||
		    place->netns == rejected)
			continue;
		if (place->ifindex != ifindex && !has_interface(place->netns, ifindex, &tries)) {
			rejected = place->netns;
			continue;
		}
		if (found)
			return 0;
		found = place->netns;
	}
	return tries ? found : 0;
}

/* The bucket in dp_origins. */
static struct hlist_head *origin_bucket(const struct place *place)
{
	return &dp_origins[hash_min((unsigned long)place->origin, BUCKET_BITS)];
}

static struct place *find_place(const struct place *like)
{
	struct place *place;

	hlist_for_each_entry(place, origin_bucket(like), by_origin)
		if (place->origin == like->origin && same_key(&place->key, &like->key))
			return place;
	return NULL;
}

/* Before 5.12 there may be a namespace without a cookie, for lack of memory (see devices.c). */
static struct place *copy_of(const struct place *like)
{
	if (!like->netns || dp_place_count == DP_ADDRESSES_MAX)
		return NULL;
	return kmemdup(like, sizeof(*like), GFP_ATOMIC | __GFP_NOWARN);
}

static void scan_later(void)
{
	queue_delayed_work(DP_UNBOUND_WORKQUEUE, &dp_scan_work, SCAN_DELAY);
}

/* Adds an entry that may exist. The caller holds dp_places_lock. */
static void add_place(const struct place *like)
{
	struct place *place;

	if (find_place(like))
		return;
	place = copy_of(like);
	if (place) {
		dp_place_count++;
		hlist_add_head_rcu(&place->node, bucket_of(&place->key));
		hlist_add_head(&place->by_origin, origin_bucket(place));
		return;
	}
	WRITE_ONCE(dp_place_missing, true);
	WRITE_ONCE(dp_places_incomplete, true);
	scan_later();
}

/* Removes an entry that may be missing. The caller holds dp_places_lock. */
static void remove_place(const struct place *like)
{
	struct place *place = find_place(like);

	if (!place)
		return;
	hlist_del_rcu(&place->node);
	hlist_del(&place->by_origin);
	dp_place_count--;
	kfree_rcu(place, rcu);
}

static struct place address_of(const struct net_device *device, u32 family, const void *address,
			       const void *origin)
{
	return (struct place){
		.key = address_key(family, address),
		.ifindex = device->ifindex,
		.netns = dp_net_cookie(dev_net(device)),
		.origin = origin,
	};
}

static struct place interface_of(const struct net_device *device)
{
	u64 netns = dp_net_cookie(dev_net(device));

	return (struct place){
		.key = interface_key(netns, device->ifindex),
		.ifindex = device->ifindex,
		.netns = netns,
		.origin = device,
	};
}

/* Then another scan is going to add what this one leaves out. */
static bool scan_has_failed(void)
{
	return READ_ONCE(dp_place_missing);
}

static void note(const struct place *place, bool exists)
{
	spin_lock_bh(&dp_places_lock);
	if (exists)
		add_place(place);
	else
		remove_place(place);
	spin_unlock_bh(&dp_places_lock);
}

static void note_ipv4(const struct in_ifaddr *ifa, bool exists)
{
	struct place place = address_of(ifa->ifa_dev->dev, 4, &ifa->ifa_local, ifa);

	if (!ipv4_is_loopback(ifa->ifa_local) && !ipv4_is_multicast(ifa->ifa_local))
		note(&place, exists);
}

static int ipv4_event(struct notifier_block *block, unsigned long event, void *data)
{
	if (event == NETDEV_UP || event == NETDEV_DOWN)
		note_ipv4(data, event == NETDEV_UP);
	return NOTIFY_DONE;
}

static struct notifier_block dp_ipv4_notifier = { .notifier_call = ipv4_event };

#if IS_ENABLED(CONFIG_IPV6)
/*
 * A softirq may report a new address after the holder of the rtnl has reported its removal. But an
 * address is dead before its removal is reported, so whichever report comes last finds it dead.
 */
static void note_ipv6(const struct inet6_ifaddr *ifa)
{
	struct place place = address_of(ifa->idev->dev, 6, &ifa->addr, ifa);

	if (ipv6_addr_loopback(&ifa->addr) || ipv6_addr_is_multicast(&ifa->addr))
		return;
	spin_lock_bh(&dp_places_lock);
	if (READ_ONCE(ifa->state) != INET6_IFADDR_STATE_DEAD)
		add_place(&place);
	else
		remove_place(&place);
	spin_unlock_bh(&dp_places_lock);
}

static int ipv6_event(struct notifier_block *block, unsigned long event, void *data)
{
	if (event == NETDEV_UP || event == NETDEV_DOWN)
		note_ipv6(data);
	return NOTIFY_DONE;
}

static struct notifier_block dp_ipv6_notifier = { .notifier_call = ipv6_event };

static void register_ipv6(void)
{
	register_inet6addr_notifier(&dp_ipv6_notifier);
}

static void unregister_ipv6(void)
{
	unregister_inet6addr_notifier(&dp_ipv6_notifier);
}

static void note_all_ipv6(const struct net_device *device)
{
	struct inet6_dev *in = __in6_dev_get(device);
	const struct inet6_ifaddr *ifa;

	if (!in)
		return;
	/* Softirqs may add addresses; only holders of the rtnl remove them. */
	rcu_read_lock();
	list_for_each_entry_rcu(ifa, &in->addr_list, if_list) {
		if (scan_has_failed())
			break;
		note_ipv6(ifa);
	}
	rcu_read_unlock();
}
#else
static void register_ipv6(void)
{
}

static void unregister_ipv6(void)
{
}

static void note_all_ipv6(const struct net_device *device)
{
}
#endif

static void note_all_ipv4(const struct net_device *device)
{
	const struct in_device *in = __in_dev_get_rtnl(device);
	const struct in_ifaddr *ifa;

	if (!in)
		return;
	in_dev_for_each_ifa_rtnl(ifa, in)
	{
		if (scan_has_failed())
			break;
		note_ipv4(ifa, true);
	}
}

/* The caller holds the rtnl. */
static void note_interface(const struct net_device *device, bool exists)
{
	struct place place = interface_of(device);

	/* See dp_netns_of_address(). */
	if (device->ifindex != LOOPBACK_IFINDEX)
		note(&place, exists);
	if (!exists)
		return;
	note_all_ipv4(device);
	note_all_ipv6(device);
}

/*
 * An interface that is unregistered has lost its addresses, each of which was reported. When the
 * notifier is registered, it is called for every interface: that is the first scan.
 */
static int interface_event(struct notifier_block *block, unsigned long event, void *data)
{
	if (event == NETDEV_REGISTER || event == NETDEV_UNREGISTER)
		note_interface(netdev_notifier_info_to_dev(data), event == NETDEV_REGISTER);
	return NOTIFY_DONE;
}

static struct notifier_block dp_interface_notifier = { .notifier_call = interface_event };

/* The caller holds the rtnl, which keeps devices and addresses from being removed meanwhile. */
static void scan_all(void)
{
	struct net_device *device;
	struct net *net;

	down_read(&net_rwsem);
	for_each_net(net) {
		for_each_netdev(net, device) {
			dp_device_retry(device);
			note_interface(device, true);
			if (scan_has_failed())
				goto unlock;
			cond_resched();
		}
	}
unlock:
	up_read(&net_rwsem);
}

/* Adds what is missing. */
static void scan(struct work_struct *work)
{
	if (READ_ONCE(dp_place_count) == DP_ADDRESSES_MAX) {
		scan_later();
		return;
	}
	rtnl_lock();
	spin_lock_bh(&dp_places_lock);
	WRITE_ONCE(dp_place_missing, false);
	spin_unlock_bh(&dp_places_lock);
	scan_all();
	spin_lock_bh(&dp_places_lock);
	/* Pairs with dp_netns_of_address(). */
	smp_store_release(&dp_places_incomplete, dp_place_missing);
	spin_unlock_bh(&dp_places_lock);
	rtnl_unlock();
}

/**
 * dp_print_addresses - print how many entries the table of addresses has
 * @text: where to print
 */
void dp_print_addresses(struct dp_text *text)
{
	dp_print(text, "  addresses: %u%s\n", READ_ONCE(dp_place_count),
		 READ_ONCE(dp_places_incomplete) ? " (incomplete)" : "");
}

/**
 * dp_addresses_start - fill the table of addresses and keep it up to date
 *
 * For the load of the module, when the table of devices is filled. The notifiers of addresses are
 * registered before the scan, so that no address is missed in between. Takes pernet_ops_rwsem and
 * the rtnl.
 *
 * Return: 0 or a negative errno.
 */
int dp_addresses_start(void)
{
	int error;

	dp_place_seed = get_random_u32();
	register_inetaddr_notifier(&dp_ipv4_notifier);
	register_ipv6();
	error = register_netdevice_notifier(&dp_interface_notifier);
	if (error)
		dp_addresses_stop();
	return error;
}

/**
 * dp_addresses_stop - free the table of addresses
 *
 * For the unload of the module, when no handler can run any more. Takes pernet_ops_rwsem and the
 * rtnl.
 */
void dp_addresses_stop(void)
{
	struct hlist_node *next;
	struct place *place;
	u32 i;

	unregister_netdevice_notifier(&dp_interface_notifier);
	unregister_ipv6();
	unregister_inetaddr_notifier(&dp_ipv4_notifier);
	cancel_delayed_work_sync(&dp_scan_work);
	for (i = 0; i < ARRAY_SIZE(dp_places); i++)
		hlist_for_each_entry_safe(place, next, &dp_places[i], node) kfree(place);
}
