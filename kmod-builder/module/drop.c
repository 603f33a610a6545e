// SPDX-License-Identifier: GPL-2.0
/*
 * drop.c: the handler on the tracepoint kfree_skb, which fires once for each packet that the kernel
 * throws away, and never for one that arrives. This is the hot path.
 *
 * The handler may run in process context, in a softirq, in a hard interrupt, and in any of them on
 * top of another; on some kernels with preemption enabled. It disables preemption, so that the
 * tables of its CPU stay its own. It takes no lock, allocates nothing, prints nothing and looks up
 * no symbol.
 *
 * It reads the skb, which the caller still owns; the socket, whose memory stays a socket's until
 * the handler has returned; and the addresses of devices, but never a device (see devices.c).
 */
#include <linux/cgroup.h>
#include <linux/if_packet.h>
#include <linux/jiffies.h>
#include <linux/rcupdate.h>
#include <linux/skbuff.h>
#include <linux/tracepoint.h>
#include <linux/uaccess.h>
#include <net/dst.h>
#include <net/sock.h>
#include <trace/events/skb.h>

#include "dropprobe.h"
#include "packet.h"

/* Cells to try before a packet is counted without one: bounds what a full table costs. */
#define CELL_TRIES 16

#define HASH_1 0x9e3779b97f4a7c15ULL
#define HASH_2 0xc2b2ae3d27d4eb4fULL

/* Set before the first hook, constant afterwards. */
static struct dp_function dp_release_data __read_mostly;
static u64 dp_host_netns __read_mostly;

static bool dp_kept; /* the tracepoint could not be unregistered; protected by dp_lock */

/**
 * struct amount - what a packet adds to a count
 * @bytes: its length
 * @extra_segments: segments merged into it, beyond one
 */
struct amount {
	u32 bytes;
	u32 extra_segments;
};

static __always_inline void count_in(struct dp_count *count, struct amount amount)
{
	/* A reader may see an older time than that of the last packet it sees, but never none. */
	WRITE_ONCE(count->last, jiffies);
	local64_inc(&count->packets);
	local64_add(amount.bytes, &count->bytes);
	if (unlikely(amount.extra_segments))
		local64_add(amount.extra_segments, &count->extra_segments);
}

/*
 * Claims a free cell. A handler in an interrupt between the two stores finds a cell that matches
 * nothing and claims another one, maybe for the same key: readers add such twins up.
 */
static noinline bool claim(struct dp_cell *cell, u64 kind, u64 location, u64 owner,
			   u64 reason_ifindex)
{
	if (cmpxchg_local(&cell->key.kind, DP_KIND_FREE, DP_KIND_CLAIMED) != DP_KIND_FREE)
		return false;
	cell->key.location = location;
	cell->key.owner = owner;
	cell->key.reason_ifindex = reason_ifindex;
	/* A reader that finds a packet in the cell also finds a time. */
	WRITE_ONCE(cell->count.last, jiffies);
	/* Publishes the key; pairs with the loads in snapshot.c and fold.c. */
	smp_store_release(&cell->key.kind, kind);
	return true;
}

static struct dp_unkeyed *unkeyed_slot(struct dp_table *table, u32 reason)
{
	u64 id = DP_KIND_READY | reason;
	u32 i;

	for (i = 0; i < DP_UNKEYED_SLOTS - 1; i++) {
		struct dp_unkeyed *slot = &table->reasons[(reason + i) % (DP_UNKEYED_SLOTS - 1)];

		if (READ_ONCE(slot->id) == id ||
		    cmpxchg_local(&slot->id, DP_KIND_FREE, id) == DP_KIND_FREE)
			return slot;
	}
	return &table->reasons[DP_UNKEYED_SLOTS - 1];
}

static noinline void count_unkeyed(struct dp_table *table, u32 reason, struct amount amount)
{
	struct dp_unkeyed *slot = unkeyed_slot(table, reason);

	local64_inc(&table->unkeyed);
	WRITE_ONCE(slot->count.last, jiffies);
	/*
	 * A reader that finds a packet also finds its reason and a time. Pairs with
	 * dp_read_count().
	 */
	smp_wmb();
	count_in(&slot->count, amount);
}

static __always_inline void count_cell(struct dp_table *table, const struct dp_key key, u64 hash,
				       struct amount amount)
{
	u32 i = hash >> table->shift, tries;

	for (tries = CELL_TRIES; tries; tries--, i = (i + 1) & table->mask) {
		struct dp_cell *cell = &table->cells[i];
		u64 kind = READ_ONCE(cell->key.kind);

		/*
		 * Read the kind first: a handler in an interrupt may claim a free cell meanwhile.
		 */
		barrier();
		if (likely(kind == key.kind && cell->key.location == key.location &&
			   cell->key.owner == key.owner &&
			   cell->key.reason_ifindex == key.reason_ifindex)) {
			count_in(&cell->count, amount);
			return;
		}
		if (kind == DP_KIND_FREE &&
		    claim(cell, key.kind, key.location, key.owner, key.reason_ifindex)) {
			count_in(&cell->count, amount);
			return;
		}
	}
	count_unkeyed(table, DP_KEY_REASON(&key), amount);
}

static __always_inline u64 hash_of(const struct dp_key key)
{
	return ((key.location ^ key.kind) + (key.owner ^ key.reason_ifindex) * HASH_2) * HASH_1;
}

/* The pointers may be stale, so they are read with care and looked up. */
static u64 netns_of_route(const struct sk_buff *skb)
{
	const struct dst_entry *dst = (const void *)(skb->_skb_refdst & SKB_DST_PTRMASK);
	const struct net_device *device = NULL;
	const struct dp_device *known;

	if (!dst || copy_from_kernel_nofault(&device, &dst->dev, sizeof(device)))
		return 0;
	known = dp_find_device(device);
	return known ? known->netns : 0;
}

static u64 netns_of_destination(const struct sk_buff *skb)
{
	const void *address;
	u32 family;

	if (!skb->skb_iif)
		return 0;
	address = dp_packet_destination(skb, &family);
	return address ? dp_netns_of_address(family, address, skb->skb_iif) : 0;
}

/*
 * The namespace of a packet with neither socket nor device is that of its route. What TCP and UDP
 * have taken out of the receive path may have no route either; but it was delivered, so its
 * destination is an address of the namespace.
 */
static noinline u64 netns_without_device(const struct sk_buff *skb)
{
	u64 netns = netns_of_route(skb);

	return netns ? netns : netns_of_destination(skb);
}

static __always_inline const struct sock *socket_of(const struct sk_buff *skb,
						    const struct sock *rx_sk)
{
#if DP_HAVE_SK_IN_UNION
	/*
	 * A fragment in reassembly has its offset in the place of skb->sk. It has no destructor; a
	 * packet with a socket always has one (see skb_orphan()).
	 */
	if (!skb->destructor)
		return NULL;
#endif
	return rx_sk ? rx_sk : skb->sk;
}

/* The cgroup of a full socket, which distinguishes the pods that share the initial namespace. */
static __always_inline u64 cgroup_of(const struct sock *sk)
{
#ifdef CONFIG_SOCK_CGROUP_DATA
	struct cgroup *cgroup = sock_cgroup_ptr((struct sock_cgroup_data *)&sk->sk_cgrp_data);

	return cgroup ? cgroup_id(cgroup) : 0;
#else
	return 0;
#endif
}

/*
 * Whether the namespace of a full socket must not be used.
 *
 * A kernel socket that does not hold its namespace (see sk_alloc()) may outlive it, as long as its
 * packets wait in queues of other namespaces; before 6.12 nothing of the namespace may be read
 * then. The initial namespace is never removed. But some of the raw sockets by which the kernel
 * sends resets and ICMP are shared by all namespaces, and name the one that they are sending for at
 * the moment (inet_ctl_sock_create(), tcp_v4_send_reset()).
 */
static __always_inline bool has_no_reliable_netns(const struct sock *sk)
{
	return !sk->sk_net_refcnt && (sk->sk_type == SOCK_RAW || sock_net(sk) != &init_net);
}

/*
 * The rx_sk of the tracepoint may have lost its last reference just before. Its memory stays a
 * socket's until every handler has returned, but it may already be a new socket that is not set up
 * yet, without a namespace or cgroup.
 */
static __always_inline u64 netns_of_socket(const struct sock *sk)
{
	const struct net *net = sock_net(sk);

	return likely(net) ? dp_net_cookie(net) : 0;
}

/*
 * Owner of a packet with a socket: the cookie of its namespace or, in the initial namespace, the id
 * of its cgroup (then DP_KIND_CGROUP is set in @kind). 0 if the device must decide.
 */
static __always_inline u64 owner_of_socket(const struct sock *sk, u64 *netns, u64 *kind)
{
	bool full = sk_fullsock(sk);
	u64 cgroup;

	if (full && unlikely(has_no_reliable_netns(sk)))
		return 0;
	*netns = netns_of_socket(sk);
	if (*netns != dp_host_netns || !full)
		return *netns;
	cgroup = cgroup_of(sk);
	if (!cgroup)
		return *netns;
	*kind |= DP_KIND_CGROUP;
	return cgroup;
}

/*
 * skbs freed by kfree_skb() that are no network packets: messages of unix, netlink and other
 * sockets without link layer, and what the kernel hands to monitors of netlink.
 */
static noinline bool is_message(const struct sk_buff *skb, const struct sock *sk,
				const struct dp_device *device)
{
	if (skb->pkt_type >= PACKET_USER)
		return true;
	if (skb->protocol || device)
		return false;
	return !sk || (sk->sk_family != AF_INET && sk->sk_family != AF_INET6 &&
		       sk->sk_family != AF_PACKET);
}

/* The first table in the chain of this CPU. */
static __always_inline struct dp_table *first_table(void)
{
	return READ_ONCE(*this_cpu_ptr(&dp_active_tables));
}

static noinline void count_notdrop(void)
{
	struct dp_table *table;

	for (table = first_table(); table; table = READ_ONCE(table->next))
		local64_inc(&table->notdrops);
}

static __always_inline enum dp_direction direction_of(const struct sk_buff *skb)
{
	if (skb->skb_iif)
		return DP_IN;
	if (skb->pkt_type != PACKET_HOST && skb->pkt_type != PACKET_OUTGOING)
		return DP_IN;
	if (skb->sk || skb->_skb_refdst)
		return DP_OUT;
	return DP_UNKNOWN;
}

/*
 * Gathers what a filter may look at, and counts a packet that does not pass. @device is NULL if the
 * namespace was taken from the socket.
 */
static noinline bool passes(struct dp_table *table, const struct dp_match *match,
			    const struct sk_buff *skb, u64 kind, u32 reason, u64 netns,
			    const struct dp_device *device, u32 network)
{
	struct dp_packet packet = {
		.skb = skb,
		.netns = netns,
		.peer = device && netns == dp_host_netns ? READ_ONCE(device->peer) : 0,
		.network = network,
		.reason = reason,
		.family = DP_KIND_FAMILY(kind),
		.protocol = DP_KIND_PROTOCOL(kind),
	};

	if (dp_matches(match, &packet))
		return true;
	local64_inc(dp_undecided(match, &packet) ? &table->undecided : &table->filtered);
	return false;
}

/* The caller has disabled preemption. */
static __always_inline void handle_drop(const struct sk_buff *skb, unsigned long location,
					u32 reason, const struct sock *rx_sk)
{
	const struct sock *sk = socket_of(skb, rx_sk);
	const struct dp_device *device = dp_find_device(skb->dev);
	struct amount amount = { .bytes = skb->len };
	struct dp_key key = { .location = location };
	struct dp_table *table;
	u32 ifindex, network = 0;
	u64 netns, hash;

	/* Fragments that are freed with their head skb, which was itself delivered or dropped. */
	if (unlikely(location - dp_release_data.start < dp_release_data.size) ||
	    unlikely((!skb->protocol || skb->pkt_type >= PACKET_USER) &&
		     is_message(skb, sk, device))) {
		count_notdrop();
		return;
	}

	key.kind = DP_KIND_READY | (u64)direction_of(skb) << DP_KIND_DIRECTION_SHIFT;
	ifindex = device ? device->ifindex : skb->skb_iif;
	key.owner = sk ? owner_of_socket(sk, &netns, &key.kind) : 0;
	if (key.owner) {
		if (device && device->netns != netns)
			ifindex = 0;
		device = NULL;
	} else {
		netns = likely(device) ? device->netns : netns_without_device(skb);
		key.owner = netns;
	}
	key.reason_ifindex = (u64)reason << DP_REASON_SHIFT | ifindex;

	if (likely(skb->head)) {
		key.kind |= dp_packet_kind(skb, sk, &network);
		/*
		 * Count from the IP header on, so that a packet has the same length whichever layer
		 * drops it.
		 */
		if (likely(network))
			amount.bytes += skb_headroom(skb) - network;
		if (unlikely(skb_is_gso(skb)) && skb_shinfo(skb)->gso_segs > 1)
			amount.extra_segments = skb_shinfo(skb)->gso_segs - 1;
	}
	hash = hash_of(key);

	for (table = first_table(); table; table = READ_ONCE(table->next)) {
		const struct dp_match *match = READ_ONCE(table->match);

		if (likely(!match) ||
		    passes(table, match, skb, key.kind, reason, netns, device, network))
			count_cell(table, key, hash, amount);
	}
}

static void on_kfree_skb(DP_KFREE_SKB_ARGS)
{
	preempt_disable_notrace();
	handle_drop(skb, (unsigned long)location, DP_ARG_REASON, DP_ARG_RX_SK);
	preempt_enable_notrace();
}

/**
 * dp_drop_hook - register the handler of drops
 *
 * The caller holds dp_lock.
 *
 * Return: 0 or a negative errno; after an error nothing is registered.
 */
int dp_drop_hook(void)
{
	if (dp_kept)
		return 0;
	if (!dp_release_data.size && !dp_find_function("skb_release_data", &dp_release_data))
		pr_info_once(
			"skb_release_data not found: fragments freed with their head skb are counted as drops\n");
	dp_host_netns = dp_net_cookie(&init_net);
	return register_trace_kfree_skb(on_kfree_skb, NULL);
}

/**
 * dp_drop_unhook - unregister the handler of drops
 *
 * When this returns no handler is running. Before 5.11 (befe6d946551 "tracepoint: Do not fail
 * unregistering a probe due to memory failure") the kernel may lack the memory to unregister. Then
 * the handler stays attached and finds no table to count in, and the next call tries again. The
 * caller holds dp_lock.
 */
void dp_drop_unhook(void)
{
	dp_keep_hook(&dp_kept, "kfree_skb", unregister_trace_kfree_skb(on_kfree_skb, NULL));
	tracepoint_synchronize_unregister();
	synchronize_rcu();
}
