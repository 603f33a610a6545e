// SPDX-License-Identifier: GPL-2.0
/*
 * drop.c: the handler on the tracepoint kfree_skb, which fires once for each packet that the kernel throws away, and never
 * for one that arrives. This is the hot path.
 *
 * It may run in process context, in a softirq, in a hard interrupt, and in any of them on top of another; on some kernels with
 * preemption enabled. It turns preemption off, so that its CPU's tables stay its own, takes no lock, allocates nothing, prints
 * nothing and looks no symbol up.
 *
 * What it reads: the skb, which the caller still owns; the socket, whose memory stays a socket's until the handler has ended; the
 * addresses of devices, but never a device (see devices.c).
 */
#include <linux/cgroup.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/skbuff.h>
#include <linux/tracepoint.h>
#include <linux/uaccess.h>
#include <net/dst.h>
#include <net/ipv6.h>
#include <net/sock.h>
#include <trace/events/skb.h>

#include "packet.h"

/* Cells looked at before a packet is counted without one: bounds the time a full table costs. */
#define CELL_TRIES 16

#define HASH_1 0x9e3779b97f4a7c15ULL
#define HASH_2 0xc2b2ae3d27d4eb4fULL

DEFINE_PER_CPU(struct dp_table *, dp_active_tables);

/* Set before the first hook, constant afterwards. */
static struct dp_function dp_release_data __read_mostly;
static u64 dp_host_netns __read_mostly;

static bool dp_kept;	/* the kernel did not take the hook back; guarded by dp_lock */

/**
 * struct amount - what a packet adds to a count
 * @bytes: its length
 * @extra_segments: what was merged into it, beyond one
 */
struct amount {
	u32 bytes;
	u32 extra_segments;
};

static __always_inline void count_in(struct dp_count *count, struct amount amount)
{
	/* A reader may see an earlier time than that of the last packet it sees, but never none. */
	WRITE_ONCE(count->last, jiffies);
	local64_inc(&count->packets);
	local64_add(amount.bytes, &count->bytes);
	if (unlikely(amount.extra_segments))
		local64_add(amount.extra_segments, &count->extra_segments);
}

/*
 * Makes a free cell ours. An interrupt between the two stores finds a cell that matches nothing and takes another, maybe for the
 * same key: the reader adds such twins up.
 */
static noinline bool claim(struct dp_cell *cell, u64 kind, u64 location, u64 where, u64 what)
{
	if (cmpxchg_local(&cell->key.kind, DP_KIND_FREE, DP_KIND_CLAIMED) != DP_KIND_FREE)
		return false;
	cell->key.location = location;
	cell->key.where = where;
	cell->key.what = what;
	/* Who finds the cell and a packet in it reads a time. */
	WRITE_ONCE(cell->count.last, jiffies);
	smp_store_release(&cell->key.kind, kind);
	return true;
}

static struct dp_unkeyed *unkeyed_slot(struct dp_table *table, u32 reason)
{
	u64 id = DP_KIND_READY | reason;
	u32 i;

	for (i = 0; i < DP_UNKEYED_SLOTS - 1; i++) {
		struct dp_unkeyed *slot = &table->reasons[(reason + i) % (DP_UNKEYED_SLOTS - 1)];

		if (READ_ONCE(slot->id) == id || cmpxchg_local(&slot->id, DP_KIND_FREE, id) == DP_KIND_FREE)
			return slot;
	}
	return &table->reasons[DP_UNKEYED_SLOTS - 1];
}

static noinline void count_unkeyed(struct dp_table *table, u32 reason, struct amount amount)
{
	struct dp_unkeyed *slot = unkeyed_slot(table, reason);

	local64_inc(&table->unkeyed);
	WRITE_ONCE(slot->count.last, jiffies);
	/* Who reads a packet reads its reason and a time; pairs with dp_read_count(). */
	smp_wmb();
	count_in(&slot->count, amount);
}

static __always_inline void count_cell(struct dp_table *table, const struct dp_key key, u64 hash, struct amount amount)
{
	u32 i = hash >> table->shift, tries;

	for (tries = CELL_TRIES; tries; tries--, i = (i + 1) & table->mask) {
		struct dp_cell *cell = &table->cells[i];
		u64 kind = READ_ONCE(cell->key.kind);

		/* The rest is only right once the kind is: an interrupt may come in between and claim a free cell. */
		barrier();
		if (likely(kind == key.kind && cell->key.location == key.location &&
			   cell->key.where == key.where && cell->key.what == key.what)) {
			count_in(&cell->count, amount);
			return;
		}
		if (kind == DP_KIND_FREE && claim(cell, key.kind, key.location, key.where, key.what)) {
			count_in(&cell->count, amount);
			return;
		}
	}
	count_unkeyed(table, key.what >> 32, amount);
}

static __always_inline u64 hash_of(const struct dp_key key)
{
	return ((key.location ^ key.kind) + (key.where ^ key.what) * HASH_2) * HASH_1;
}

static __always_inline u64 ip_kind(u8 family, u8 protocol)
{
	return (u64)family << DP_KIND_FAMILY_SHIFT | (u64)protocol << DP_KIND_PROTOCOL_SHIFT;
}

/* What is dropped before an IP header was put before it, a missing route for one, is its socket's. */
static noinline u64 kind_of_socket(const struct sock *sk)
{
	if (!sk || !sk_fullsock(sk) || (sk->sk_family != AF_INET && sk->sk_family != AF_INET6))
		return 0;
	return ip_kind(sk->sk_family == AF_INET ? 4 : 6, sk->sk_protocol);
}

static noinline u64 kind_of_ipv6(const struct sk_buff *skb, u32 network)
{
	const struct ipv6hdr *ip = (const struct ipv6hdr *)(skb->head + network);
	u8 protocol = ip->nexthdr;

	if (ipv6_ext_hdr(protocol))
		dp_skip_extensions(skb, network, &protocol);
	return ip_kind(6, protocol);
}

/* Whether the first bytes of an IP header lie where they can be read. */
static __always_inline bool has_header(const struct sk_buff *skb, u32 network, size_t size)
{
	return network && network + size <= skb_tail_pointer(skb) - skb->head;
}

/*
 * Family and transport protocol, and in @network where the IP header is, from skb->head. Between the driver and the protocol handlers it is not set yet, and
 * a header may lie outside of the linear part: then both protocol and @network are 0, which is "not known".
 */
static __always_inline u64 kind_of_packet(const struct sk_buff *skb, const struct sock *sk, u32 *network)
{
	u32 offset = skb->network_header;

	*network = 0;
	if (likely(skb->protocol == htons(ETH_P_IP))) {
		const struct iphdr *ip = (const struct iphdr *)(skb->head + offset);

		if (unlikely(!has_header(skb, offset, sizeof(*ip)) || ip->version != 4))
			return ip_kind(4, 0);
		*network = offset;
		return ip_kind(4, ip->protocol);
	}
	if (skb->protocol == htons(ETH_P_IPV6)) {
		const struct ipv6hdr *ip = (const struct ipv6hdr *)(skb->head + offset);

		if (unlikely(!has_header(skb, offset, sizeof(*ip)) || ip->version != 6))
			return ip_kind(6, 0);
		*network = offset;
		return kind_of_ipv6(skb, offset);
	}
	return skb->protocol ? 0 : kind_of_socket(sk);
}

/* The namespace of a packet that has neither socket nor device: of the route it was given. All of it may be something else. */
static noinline u64 netns_of_route(const struct sk_buff *skb)
{
	const struct dst_entry *dst = (const struct dst_entry *)(skb->_skb_refdst & SKB_DST_PTRMASK);
	const struct net_device *device = NULL;
	const struct dp_device *known;

	if (!dst || copy_from_kernel_nofault(&device, &dst->dev, sizeof(device)))
		return 0;
	known = dp_find_device(device);
	return known ? known->netns : 0;
}

static __always_inline const struct sock *socket_of(const struct sk_buff *skb, const struct sock *rx_sk)
{
#if DP_HAVE_SK_IN_UNION
	/* A packet in reassembly has a number there, and no destructor; one with a socket always has one (see skb_orphan()). */
	if (!skb->destructor)
		return NULL;
#endif
	return rx_sk ? rx_sk : skb->sk;
}

/* In the host's namespace the socket's cgroup tells the pods apart that share it. Of a full socket. */
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
 * A socket of the kernel's own that does not hold its namespace (see sk_alloc()) outlives it by what waits in queues of others; before 6.12 nothing of the
 * namespace may be read then. The host's never goes, but its raw ones, which the kernel answers with by resets and ICMP, are some of them one for all
 * namespaces, and name whichever they answer in at this moment (inet_ctl_sock_create(), tcp_v4_send_reset()). The device knows better. Of a full socket.
 */
static __always_inline bool says_no_namespace(const struct sock *sk)
{
	return !sk->sk_net_refcnt && (sk->sk_type == SOCK_RAW || sock_net(sk) != &init_net);
}

/*
 * The tracepoint's own socket may have lost its last reference just before: its memory stays a socket's until every handler has ended, but may be
 * another's by now that is not filled in yet, without a namespace or a cgroup.
 */
static __always_inline u64 netns_of_socket(const struct sock *sk)
{
	const struct net *net = sock_net(sk);

	return likely(net) ? dp_net_cookie(net) : 0;
}

/*
 * Whose a packet is that has a socket: the number of its namespace, or in the host's of its cgroup, which @kind tells then. 0 where the device knows better.
 */
static __always_inline u64 owner_of_socket(const struct sock *sk, u64 *netns, u64 *kind)
{
	bool full = sk_fullsock(sk);
	u64 cgroup;

	if (full && unlikely(says_no_namespace(sk)))
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
 * What goes through kfree_skb and is no packet: messages of unix, netlink and other sockets that have no link layer, and what
 * the kernel hands to monitors of netlink.
 */
static noinline bool is_message(const struct sk_buff *skb, const struct sock *sk, const struct dp_device *device)
{
	if (skb->pkt_type >= PACKET_USER)
		return true;
	if (skb->protocol || device)
		return false;
	return !sk || (sk->sk_family != AF_INET && sk->sk_family != AF_INET6 && sk->sk_family != AF_PACKET);
}

static noinline void count_notdrop(void)
{
	struct dp_table *table;

	for (table = READ_ONCE(*this_cpu_ptr(&dp_active_tables)); table; table = READ_ONCE(table->next))
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

/* For probes with a filter: what it may look at, in one place. @device is NULL where the namespace is the socket's. */
static noinline bool passes(const struct dp_match *match, const struct sk_buff *skb, u64 kind, u32 reason, u64 netns,
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

	return dp_matches(match, &packet);
}

/* With preemption off. */
static __always_inline void handle_drop(const struct sk_buff *skb, unsigned long location, u32 reason, const struct sock *rx_sk)
{
	const struct sock *sk = socket_of(skb, rx_sk);
	const struct dp_device *device = dp_find_device(skb->dev);
	struct amount amount = { .bytes = skb->len };
	struct dp_key key = { .location = location };
	struct dp_table *table;
	u32 ifindex, network = 0;
	u64 netns, hash;

	/* Fragments that came in a list within a packet that was itself taken or dropped. */
	if (unlikely(location - dp_release_data.start < dp_release_data.size) ||
	    unlikely((!skb->protocol || skb->pkt_type >= PACKET_USER) && is_message(skb, sk, device))) {
		count_notdrop();
		return;
	}

	key.kind = DP_KIND_READY | (u64)direction_of(skb) << DP_KIND_DIRECTION_SHIFT;
	ifindex = device ? device->ifindex : skb->skb_iif;
	key.where = sk ? owner_of_socket(sk, &netns, &key.kind) : 0;
	if (key.where) {
		if (device && device->netns != netns)
			ifindex = 0;
		device = NULL;
	} else {
		netns = likely(device) ? device->netns : netns_of_route(skb);
		key.where = netns;
	}
	key.what = (u64)reason << 32 | ifindex;

	if (likely(skb->head)) {
		key.kind |= kind_of_packet(skb, sk, &network);
		/* Each layer cuts its header off, or has not yet put it before: the same packet has the same length in all of them. */
		if (likely(network))
			amount.bytes += skb_headroom(skb) - network;
		if (unlikely(skb_is_gso(skb)) && skb_shinfo(skb)->gso_segs > 1)
			amount.extra_segments = skb_shinfo(skb)->gso_segs - 1;
	}
	hash = hash_of(key);

	for (table = READ_ONCE(*this_cpu_ptr(&dp_active_tables)); table; table = READ_ONCE(table->next)) {
		const struct dp_match *match = READ_ONCE(table->match);

		if (unlikely(match) && !passes(match, skb, key.kind, reason, netns, device, network))
			local64_inc(&table->filtered);
		else
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
 * dp_drop_hook - begin to see drops
 *
 * Return: 0 or a negative error number; after an error nothing is hooked. dp_lock is held.
 */
int dp_drop_hook(void)
{
	if (dp_kept)
		return 0;
	if (!dp_release_data.size && !dp_find_function("skb_release_data", &dp_release_data))
		pr_info_once("fragments freed with their packet can't be told from drops on this kernel\n");
	dp_host_netns = dp_net_cookie(&init_net);
	return register_trace_kfree_skb(on_kfree_skb, NULL);
}

/**
 * dp_drop_unhook - see no more drops; when it returns no handler is running
 *
 * Before 5.11 (befe6d946551 "tracepoint: Do not fail unregistering a probe due to memory failure")
 * the kernel may have no memory for this. Then the handler stays attached, finds no table to count
 * in, and the next call tries again. dp_lock is held.
 */
void dp_drop_unhook(void)
{
	dp_keep_hook(&dp_kept, "the tracepoint kfree_skb", unregister_trace_kfree_skb(on_kfree_skb, NULL));
	tracepoint_synchronize_unregister();
	synchronize_rcu();
}
