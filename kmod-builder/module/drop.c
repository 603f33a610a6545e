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

/*
 * The function that frees fragments with their head skb. Set before the hook, constant while it is
 * registered.
 */
static struct dp_function dp_with_head __read_mostly;

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
static bool claim(struct dp_cell *cell, const struct dp_key key)
{
	if (cmpxchg_local(&cell->key.kind, DP_KIND_FREE, DP_KIND_CLAIMED) != DP_KIND_FREE)
		return false;
	cell->key.owner = key.owner;
	cell->key.reason_ifindex = key.reason_ifindex;
	/* A reader that finds a packet in the cell also finds a time. */
	WRITE_ONCE(cell->count.last, jiffies);
	/* Publishes the key; pairs with the loads in snapshot.c and fold.c. */
	smp_store_release(&cell->key.kind, key.kind);
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

	WRITE_ONCE(slot->count.last, jiffies);
	/*
	 * A reader that finds a packet also finds its reason and a time. Pairs with
	 * dp_read_count().
	 */
	smp_wmb();
	count_in(&slot->count, amount);
}

static __always_inline bool has_key(const struct dp_cell *cell, u64 kind, const struct dp_key key)
{
	return kind == key.kind && cell->key.owner == key.owner &&
	       cell->key.reason_ifindex == key.reason_ifindex;
}

/*
 * Finds or claims the cell of a packet, and remembers it for the next; NULL if none is free. The
 * key is passed in registers.
 */
static noinline struct dp_cell *find_cell(struct dp_table *table, u64 kind, u64 owner,
					  u64 reason_ifindex)
{
	const struct dp_key key = { kind, owner, reason_ifindex };
	u64 hash = (kind + (owner ^ reason_ifindex) * HASH_2) * HASH_1;
	u32 i = hash >> table->shift, tries;

	for (tries = CELL_TRIES; tries; tries--, i = (i + 1) & table->mask) {
		struct dp_cell *cell = &table->cells[i];
		u64 found = READ_ONCE(cell->key.kind);

		/*
		 * Read the kind first: a handler in an interrupt may claim a free cell meanwhile.
		 */
		barrier();
		if (has_key(cell, found, key) || (found == DP_KIND_FREE && claim(cell, key))) {
			WRITE_ONCE(table->hint, cell);
			return cell;
		}
	}
	return NULL;
}

static __always_inline void count_cell(struct dp_table *table, const struct dp_key key,
				       struct amount amount)
{
	struct dp_cell *cell = READ_ONCE(table->hint);
	u64 kind = READ_ONCE(cell->key.kind);

	barrier(); /* as in find_cell() */
	if (unlikely(!has_key(cell, kind, key))) {
		cell = find_cell(table, key.kind, key.owner, key.reason_ifindex);
		if (unlikely(!cell)) {
			count_unkeyed(table, DP_KEY_REASON(&key), amount);
			return;
		}
	}
	count_in(&cell->count, amount);
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

/* States in which there is something special about a socket. */
#define SPECIAL_STATES (TCPF_TIME_WAIT | TCPF_NEW_SYN_RECV | TCPF_LISTEN)

static u64 kind_of_state(const struct sock *sk)
{
	if (sk->sk_state == TCP_TIME_WAIT)
		return DP_KIND(SOCKET, DP_TIME_WAIT);
	if (sk->sk_state == TCP_LISTEN && sk->sk_protocol == IPPROTO_TCP)
		return DP_KIND(SOCKET, DP_LISTENING);
	return 0;
}

/*
 * Owner of a packet with a socket: the cookie of its namespace or, in the initial namespace, the id
 * of its cgroup (then DP_KIND_CGROUP is set in @kind). 0 if the device must decide.
 */
static __always_inline u64 owner_of_socket(const struct sock *sk, u64 *kind)
{
	bool full = true;
	u64 netns, cgroup;

	if (unlikely((1 << sk->sk_state) & SPECIAL_STATES)) {
		*kind |= kind_of_state(sk);
		full = sk_fullsock(sk);
	}
	if (full && unlikely(has_no_reliable_netns(sk)))
		return 0;
	netns = netns_of_socket(sk);
	if (netns != dp_host_netns || !full)
		return netns;
	cgroup = cgroup_of(sk);
	if (!cgroup)
		return netns;
	*kind |= DP_KIND_CGROUP;
	return cgroup;
}

/* Cookie of the namespace that the owner of a packet is in. */
static __always_inline u64 netns_of(const struct dp_key key)
{
	return key.kind & DP_KIND_CGROUP ? dp_host_netns : key.owner;
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
	if (!sk)
		return true;
	switch (sk->sk_family) {
	case AF_INET:
	case AF_INET6:
	case AF_PACKET:
	case AF_UNSPEC: /* a tun or macvtap device */
		return false;
	default:
		return true;
	}
}

static noinline void count_notdrop(void)
{
	const struct dp_chains *chains = this_cpu_ptr(&dp_chains);
	struct dp_table *table;

	for (table = READ_ONCE(chains->plain); table; table = READ_ONCE(table->next))
		local64_inc(&table->notdrops);
	for (table = READ_ONCE(chains->filtered); table; table = READ_ONCE(table->next))
		local64_inc(&table->notdrops);
}

/*
 * What is written to a tun device comes in, what is written to a macvtap device is sent; the
 * sockets of both have no family.
 */
static noinline enum dp_direction direction_of_written(const struct sock *sk)
{
	return strcmp(sk->sk_prot->name, "tun") ? DP_OUT : DP_IN;
}

static __always_inline enum dp_direction direction_of(const struct sk_buff *skb)
{
	const struct sock *sender;

	if (skb->skb_iif)
		return DP_IN;
	if (skb->pkt_type != PACKET_HOST && skb->pkt_type != PACKET_OUTGOING)
		return DP_IN;
	sender = socket_of(skb, NULL);
	if (unlikely(sender && sender->sk_family == AF_UNSPEC))
		return direction_of_written(sender);
	if (sender)
		return DP_OUT;
	return skb->_skb_refdst ? DP_OUT : DP_UNKNOWN;
}

/*
 * What the link layer says about packets that are not for this host alone. A frame for another host
 * that is still on the device which received it was overheard, in promiscuous mode, or was refused
 * there before a bridge or Open vSwitch forwarded it; these two can't be told apart. If it has left
 * that device, it is being forwarded. Not inlined, so that other packets only pay for the test.
 */
static noinline u64 set_addressee(u64 kind, const struct sk_buff *skb)
{
	const struct dp_device *device = dp_find_device(skb->dev);

	static_assert((int)DP_BROADCAST == PACKET_BROADCAST);
	static_assert((int)DP_GROUP == PACKET_MULTICAST);
	static_assert((int)DP_OTHER_HOST == PACKET_OTHERHOST);
	if (skb->pkt_type == PACKET_OTHERHOST && !(device && device->ifindex == skb->skb_iif))
		return kind;
	return (kind & ~DP_KIND_ADDRESSEE) | DP_KIND(ADDRESSEE, skb->pkt_type);
}

static __always_inline bool has_addressee(u8 packet_type)
{
	return packet_type != PACKET_HOST && packet_type <= PACKET_OTHERHOST;
}

/*
 * Counts a packet that does not pass a filter. If its namespace is unknown, and it passes all but
 * the namespaces, it is unknown whether it should have been counted.
 */
static noinline void count_not_matched(struct dp_table *table, const struct sk_buff *skb, u64 kind,
				       u64 owner, u64 reason_ifindex, u32 network)
{
	struct dp_packet packet = {
		.skb = skb,
		.key = { kind, owner, reason_ifindex },
		.network = network,
	};

	if (!owner && dp_might_match(READ_ONCE(table->match), &packet))
		local64_inc(&table->undecided);
	else
		local64_inc(&table->filtered);
}

/*
 * Counts the packet in the tables whose filter it passes. @device is NULL if the owner is that of
 * the socket.
 */
static noinline void count_filtered(struct dp_table *table, const struct sk_buff *skb,
				    const struct dp_device *device, u64 kind, u64 owner,
				    u64 reason_ifindex, struct amount amount, u32 network)
{
	struct dp_packet packet = {
		.skb = skb,
		.device = device,
		.key = { kind, owner, reason_ifindex },
		.network = network,
	};

	for (; table; table = READ_ONCE(table->next)) {
		if (dp_matches(READ_ONCE(table->match), &packet))
			count_cell(table, packet.key, amount);
		else
			count_not_matched(table, skb, kind, owner, reason_ifindex, network);
	}
}

/* The caller has disabled preemption. */
static __always_inline void handle_drop(const struct sk_buff *skb, unsigned long location,
					u32 reason, const struct sock *rx_sk)
{
	const struct sock *sk = socket_of(skb, rx_sk);
	const struct dp_device *device = dp_find_device(skb->dev);
	struct amount amount = { .bytes = skb->len };
	u64 kind = DP_KIND_READY | dp_location(location), owner = 0;
	struct dp_table *table;
	u32 ifindex, network = 0;
	struct dp_key key;

	/* Fragments that are freed with their head skb, which was itself delivered or dropped. */
	if (unlikely(location - dp_with_head.start < dp_with_head.size) ||
	    unlikely((!skb->protocol || skb->pkt_type >= PACKET_USER) &&
		     is_message(skb, sk, device))) {
		count_notdrop();
		return;
	}

	kind |= DP_KIND(DIRECTION, direction_of(skb));
	ifindex = device ? device->ifindex : skb->skb_iif;
	if (sk)
		owner = owner_of_socket(sk, &kind);
	if (owner) {
		if (device && device->netns != netns_of((struct dp_key){ kind, owner }))
			ifindex = 0;
		device = NULL;
	} else {
		owner = likely(device) ? device->netns : netns_without_device(skb);
	}

	if (likely(skb->head)) {
		kind |= dp_packet_kind(skb, sk, &network);
		/*
		 * Count from the IP header on, so that a packet has the same length whichever layer
		 * drops it.
		 */
		if (likely(network))
			amount.bytes += skb_headroom(skb) - network;
		if (unlikely(skb_is_gso(skb)) && skb_shinfo(skb)->gso_segs > 1)
			amount.extra_segments = skb_shinfo(skb)->gso_segs - 1;
	}
	if (unlikely(has_addressee(skb->pkt_type)))
		kind = set_addressee(kind, skb);
	key = (struct dp_key){ kind, owner, (u64)reason << DP_REASON_SHIFT | ifindex };

	/* These first: then what only they need is not kept for the others. */
	table = READ_ONCE(this_cpu_ptr(&dp_chains)->filtered);
	if (unlikely(table))
		count_filtered(table, skb, device, kind, owner, key.reason_ifindex, amount,
			       network);
	for (table = READ_ONCE(this_cpu_ptr(&dp_chains)->plain); table;
	     table = READ_ONCE(table->next))
		count_cell(table, key, amount);
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
	dp_find_fragments(&dp_with_head);
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
