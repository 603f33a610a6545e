// SPDX-License-Identifier: GPL-2.0
/*
 * stages.c: counts the packets that pass well-known functions of the receive and transmit path, for
 * the whole kernel, whatever the filters of the probes.
 *
 * Each stage has a list of hooks, cheapest first: a tracepoint that fires there; the entry of the
 * function, by ftrace; the same by kprobe; and where a function is inlined or has another name on
 * some kernels, a substitute. The first hook that attaches is used; a stage without one is reported
 * as such. The hooks are only attached while a probe with stages is active.
 *
 * A handler adds one to a per-CPU counter, by an operation that needs neither preemption disabled
 * nor a lock, and reads nothing of the packet but the number of merged segments. It may run in any
 * context that the stage runs in.
 */
#include <linux/ftrace.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/skbuff.h>
#include <linux/string.h>
#include <linux/tracepoint.h>

#include "dropprobe.h"

enum stage_number {
	ETH_TYPE_TRANS,
	NAPI_GRO_RECEIVE,
	NETIF_RECEIVE_SKB_CORE,
	IP_RCV,
	IPV6_RCV,
	TCP_V4_RCV,
	TCP_V6_RCV,
	UDP_RCV,
	UDPV6_RCV,
	DEV_QUEUE_XMIT,
	NET_DEV_XMIT,
	STAGES,
};
static_assert(STAGES == DP_STAGES);

/* How a stage is hooked: the value of "via" in its record. */
enum hook_type {
	NOT_HOOKED,
	BY_TRACEPOINT,
	BY_FTRACE,
	BY_KPROBE,
};

/**
 * struct hook - one way to hook a stage
 * @type: the mechanism
 * @symbol: name of the tracepoint or function
 * @handler: function with exactly the type that this mechanism calls
 */
struct hook {
	enum hook_type type;
	const char *symbol;
	void *handler;
};

/**
 * struct stage - one stage
 * @name: name of the stage in its record
 * @merged: packets may hold several segments, which are counted too
 * @hooks: the possible hooks in order of preference, terminated by NOT_HOOKED
 * @hook: the hook that is or was attached; NULL if none attaches
 * @hooked: @hook is attached
 * @kept: @hook could not be detached although no probe needs it; only BY_TRACEPOINT
 * @stuck: a hook could not be detached, and never will be
 * @missed: packets that earlier hooks have missed
 * @tracepoint: for BY_TRACEPOINT
 * @kprobe: for BY_KPROBE
 * @ftrace: for BY_FTRACE
 *
 * The fields behind @hooks are protected by dp_lock.
 */
struct stage {
	const char *name;
	bool merged;
	const struct hook *hooks;
	const struct hook *hook;
	bool hooked;
	bool kept;
	bool stuck;
	u64 missed;
	struct tracepoint *tracepoint;
	struct kprobe kprobe;
#ifdef CONFIG_DYNAMIC_FTRACE
	struct ftrace_ops ftrace;
#endif
};

static DEFINE_PER_CPU(u64[DP_STAGES], dp_stage_packets);
static DEFINE_PER_CPU(u64[DP_STAGES], dp_stage_extra_segments);

static __always_inline void count_packet(unsigned int number)
{
	this_cpu_inc(dp_stage_packets[number]);
}

static __always_inline void count_skb(unsigned int number, const struct sk_buff *skb)
{
	u32 segments = skb_shinfo(skb)->gso_segs;

	count_packet(number);
	if (unlikely(segments > 1))
		this_cpu_add(dp_stage_extra_segments[number], segments - 1);
}

/*
 * Tracepoints. Their handlers must have exactly the right type, which feature-tests/ compare with
 * the kernel's. If one differs, only that hook is missing.
 */
#define TRACEPOINT(name) { BY_TRACEPOINT, #name, on_##name },

#if DP_HAVE_TRACE_NAPI_GRO_RECEIVE_ENTRY
static void on_napi_gro_receive_entry(void *data, const struct sk_buff *skb)
{
	count_skb(NAPI_GRO_RECEIVE, skb);
}
#define NAPI_GRO_RECEIVE_ENTRY TRACEPOINT(napi_gro_receive_entry)
#else
#define NAPI_GRO_RECEIVE_ENTRY
#endif

#if DP_HAVE_TRACE_NETIF_RECEIVE_SKB
static void on_netif_receive_skb(void *data, struct sk_buff *skb)
{
	count_skb(NETIF_RECEIVE_SKB_CORE, skb);
}
#define NETIF_RECEIVE_SKB TRACEPOINT(netif_receive_skb)
#else
#define NETIF_RECEIVE_SKB
#endif

#if DP_HAVE_TRACE_NET_DEV_QUEUE
static void on_net_dev_queue(void *data, struct sk_buff *skb)
{
	count_skb(DEV_QUEUE_XMIT, skb);
}
#define NET_DEV_QUEUE TRACEPOINT(net_dev_queue)
#else
#define NET_DEV_QUEUE
#endif

#if DP_HAVE_TRACE_NET_DEV_XMIT
/*
 * The skb may be freed already, so its segments are unknown. A busy device gets the packet again,
 * and it is counted then.
 */
static void on_net_dev_xmit(void *data, struct sk_buff *skb, int result, struct net_device *device,
			    unsigned int length)
{
	if (likely(result == NETDEV_TX_OK))
		count_packet(NET_DEV_XMIT);
}
#define NET_DEV_XMIT_POINT TRACEPOINT(net_dev_xmit)
#else
#define NET_DEV_XMIT_POINT
#endif

/*
 * Entries of functions, all of which take the skb as their first argument. Each stage has a handler
 * of its own, so that the address of its counter is known at compile time.
 */
/* clang-format off */
#ifdef DP_FTRACE_ARGS
#define FTRACE_HANDLER(number)									\
static void notrace on_ftrace_##number(DP_FTRACE_ARGS)						\
{												\
	count_skb(number, (const struct sk_buff *)DP_FTRACE_ARGUMENT);				\
}
#define FTRACE(number, function) { BY_FTRACE, #function, on_ftrace_##number },
#else
#define FTRACE_HANDLER(number)
#define FTRACE(number, function)
#endif

FTRACE_HANDLER(ETH_TYPE_TRANS)
FTRACE_HANDLER(IP_RCV)
FTRACE_HANDLER(IPV6_RCV)
FTRACE_HANDLER(TCP_V4_RCV)
FTRACE_HANDLER(TCP_V6_RCV)
FTRACE_HANDLER(UDP_RCV)
FTRACE_HANDLER(UDPV6_RCV)
FTRACE_HANDLER(DEV_QUEUE_XMIT)

static int on_kprobe(struct kprobe *kprobe, struct pt_regs *regs);

#define KPROBE(function) { BY_KPROBE, #function, on_kprobe },
#define ENTRY(number, function) FTRACE(number, function) KPROBE(function)
#define STAGE(name_, merged_, ...) {							\
	.name = name_,									\
	.merged = merged_,								\
	.hooks = (const struct hook []){ __VA_ARGS__ { NOT_HOOKED } },			\
}

/*
 * ip_rcv() and ipv6_rcv() have a twin that takes a list of packets. Both pass each packet to the
 * core function, which is preferred unless the compiler has inlined it.
 */
static struct stage stages[DP_STAGES] = {
	[ETH_TYPE_TRANS] = STAGE("eth_type_trans", true, ENTRY(ETH_TYPE_TRANS, eth_type_trans)),
	[NAPI_GRO_RECEIVE] = STAGE("napi_gro_receive", true, NAPI_GRO_RECEIVE_ENTRY),
	[NETIF_RECEIVE_SKB_CORE] = STAGE("__netif_receive_skb_core", true, NETIF_RECEIVE_SKB),
	[IP_RCV] = STAGE("ip_rcv", true, ENTRY(IP_RCV, ip_rcv_core) ENTRY(IP_RCV, ip_rcv)),
	[IPV6_RCV] = STAGE("ipv6_rcv", true,
			   ENTRY(IPV6_RCV, ip6_rcv_core) ENTRY(IPV6_RCV, ipv6_rcv)),
	[TCP_V4_RCV] = STAGE("tcp_v4_rcv", true, ENTRY(TCP_V4_RCV, tcp_v4_rcv)),
	[TCP_V6_RCV] = STAGE("tcp_v6_rcv", true, ENTRY(TCP_V6_RCV, tcp_v6_rcv)),
	[UDP_RCV] = STAGE("udp_rcv", true, ENTRY(UDP_RCV, udp_rcv)),
	[UDPV6_RCV] = STAGE("udpv6_rcv", true, ENTRY(UDPV6_RCV, udpv6_rcv)),
	[DEV_QUEUE_XMIT] = STAGE("dev_queue_xmit", true,
				 NET_DEV_QUEUE ENTRY(DEV_QUEUE_XMIT, __dev_queue_xmit)),
	[NET_DEV_XMIT] = STAGE("net_dev_xmit", false, NET_DEV_XMIT_POINT),
};
/* clang-format on */

static int on_kprobe(struct kprobe *kprobe, struct pt_regs *regs)
{
	const struct stage *stage = container_of(kprobe, struct stage, kprobe);

	count_skb(stage - stages, (const struct sk_buff *)regs_get_kernel_argument(regs, 0));
	return 0;
}

static int attach_tracepoint(struct stage *stage, const struct hook *hook)
{
	struct tracepoint *found = dp_find_tracepoint(hook->symbol);
	int error;

	if (!found)
		return -ENOENT;
	error = tracepoint_probe_register(found, hook->handler, NULL);
	if (!error)
		stage->tracepoint = found;
	return error;
}

/* May fail before 5.11, see dp_drop_unhook(); retried when the next probe with stages ends. */
static void detach_tracepoint(struct stage *stage)
{
	int error = tracepoint_probe_unregister(stage->tracepoint, stage->hook->handler, NULL);

	dp_keep_hook(&stage->kept, stage->hook->symbol, error);
}

/*
 * After a fault of its own the kernel may fail to detach a hook, and still call it. The hook is
 * left as it is, and the module stays loaded.
 */
static void keep_stuck(struct stage *stage)
{
	stage->stuck = true;
	dp_pin_module(stage->hook->symbol);
}

static int attach_kprobe(struct stage *stage, const struct hook *hook)
{
	memset(&stage->kprobe, 0, sizeof(stage->kprobe));
	stage->kprobe.symbol_name = hook->symbol;
	stage->kprobe.pre_handler = hook->handler;
	return register_kprobe(&stage->kprobe);
}

/*
 * unregister_kprobe() returns nothing. A kprobe that it could not disarm has no address any more
 * (see unregister_kprobes() in kernel/kprobes.c).
 */
static void detach_kprobe(struct stage *stage)
{
	unregister_kprobe(&stage->kprobe);
	stage->missed += stage->kprobe.nmissed;
	if (!stage->kprobe.addr)
		keep_stuck(stage);
}

#ifdef DP_FTRACE_ARGS
/* Emptying a filter frees its memory; ftrace_free_filter() is not exported on all kernels. */
static void free_filter(struct stage *stage)
{
	ftrace_set_filter(&stage->ftrace, NULL, 0, 1);
}

/* PERMANENT, because otherwise kernel.ftrace_enabled=0 would silence the hook. */
static int attach_ftrace(struct stage *stage, const struct hook *hook)
{
	unsigned char *symbol = (unsigned char *)hook->symbol;
	int error;

	memset(&stage->ftrace, 0, sizeof(stage->ftrace));
	stage->ftrace.func = hook->handler;
	stage->ftrace.flags = DP_FTRACE_FLAGS | FTRACE_OPS_FL_PERMANENT;
	/* Without a filter the hook would see every function of the kernel. */
	error = ftrace_set_filter(&stage->ftrace, symbol, strlen(hook->symbol), 1);
	if (!error)
		error = register_ftrace_function(&stage->ftrace);
	if (error)
		free_filter(stage);
	return error;
}

static void detach_ftrace(struct stage *stage)
{
	if (unregister_ftrace_function(&stage->ftrace))
		keep_stuck(stage);
	else
		free_filter(stage);
}
#else
static int attach_ftrace(struct stage *stage, const struct hook *hook)
{
	return -EOPNOTSUPP;
}

static void detach_ftrace(struct stage *stage)
{
}
#endif

static int attach(struct stage *stage, const struct hook *hook)
{
	switch (hook->type) {
	case BY_TRACEPOINT:
		return attach_tracepoint(stage, hook);
	case BY_FTRACE:
		return attach_ftrace(stage, hook);
	case BY_KPROBE:
		return attach_kprobe(stage, hook);
	default:
		return -EOPNOTSUPP;
	}
}

static void detach(struct stage *stage)
{
	switch (stage->hook->type) {
	case BY_TRACEPOINT:
		detach_tracepoint(stage);
		break;
	case BY_FTRACE:
		detach_ftrace(stage);
		break;
	case BY_KPROBE:
		detach_kprobe(stage);
		break;
	default:
		break;
	}
}

/* Attaches the first hook that can be attached; returns NULL if none can. */
static const struct hook *attach_first(struct stage *stage)
{
	const struct hook *hook;

	if (stage->stuck)
		return NULL;
	for (hook = stage->hooks; hook->type != NOT_HOOKED; hook++) {
		int error = attach(stage, hook);

		if (!error)
			return hook;
		/* ftrace is disabled: a kprobe at the same address would attach but never fire. */
		if (error == -EBUSY)
			break;
	}
	return NULL;
}

/**
 * dp_stages_hook - hook every stage that can be hooked on this kernel
 *
 * A stage that can't be hooked is not an error: its record says so. The caller holds dp_lock.
 */
void dp_stages_hook(void)
{
	struct stage *stage;

	lockdep_assert_held(&dp_lock);
	for (stage = stages; stage < stages + DP_STAGES; stage++) {
		if (!stage->kept)
			stage->hook = attach_first(stage);
		stage->hooked = stage->hook;
	}
}

/**
 * dp_stages_unhook - unhook all stages
 *
 * When this returns no handler is running. The caller holds dp_lock.
 */
void dp_stages_unhook(void)
{
	int i;

	lockdep_assert_held(&dp_lock);
	for (i = DP_STAGES - 1; i >= 0; i--) {
		if (stages[i].hooked)
			detach(&stages[i]);
		stages[i].hooked = false;
	}
	tracepoint_synchronize_unregister();
}

static void read_stage(unsigned int number, struct dp_stage_count *count)
{
	const struct stage *stage = &stages[number];
	int cpu;

	count->packets = 0;
	count->extra_segments = 0;
	count->missed = stage->missed;
	if (stage->hooked && stage->hook->type == BY_KPROBE)
		count->missed += READ_ONCE(stage->kprobe.nmissed);
	for_each_possible_cpu(cpu) {
		count->packets += READ_ONCE(per_cpu(dp_stage_packets, cpu)[number]);
		count->extra_segments += READ_ONCE(per_cpu(dp_stage_extra_segments, cpu)[number]);
	}
}

/* Adds what was counted between @from and @now. */
static void add_growth(struct dp_stage_count *sum, const struct dp_stage_count *now,
		       const struct dp_stage_count *from)
{
	sum->packets += now->packets - from->packets;
	sum->extra_segments += now->extra_segments - from->extra_segments;
	sum->missed += now->missed - from->missed;
}

/**
 * dp_stages_begin - start or resume a probe's count
 * @run: the probe's part; the caller holds dp_lock, and has hooked the stages
 */
void dp_stages_begin(struct dp_stage_run *run)
{
	unsigned int i;

	run->begun = true;
	for (i = 0; i < DP_STAGES; i++)
		read_stage(i, &run->from[i]);
}

/**
 * dp_stages_end - suspend a probe's count
 * @run: the probe's part; the caller holds dp_lock
 */
void dp_stages_end(struct dp_stage_run *run)
{
	struct dp_stage_count now;
	unsigned int i;

	for (i = 0; i < DP_STAGES; i++) {
		read_stage(i, &now);
		add_growth(&run->before[i], &now, &run->from[i]);
	}
}

/**
 * dp_print_stages - print one record for each stage
 * @text: where to print
 * @run: the probe's part; nothing is printed if it has never been active
 * @active: whether the probe counts now
 *
 * The caller holds dp_lock.
 */
void dp_print_stages(struct dp_text *text, const struct dp_stage_run *run, bool active)
{
	static const char *const via[] = {
		[NOT_HOOKED] = "none",
		[BY_TRACEPOINT] = "tracepoint",
		[BY_FTRACE] = "ftrace",
		[BY_KPROBE] = "kprobe",
	};
	unsigned int i;

	if (!run->begun)
		return;
	for (i = 0; i < DP_STAGES; i++) {
		const struct hook *hook = stages[i].hook;
		struct dp_stage_count sum = run->before[i], now;

		dp_print(text, "stage name=%s via=%s", stages[i].name,
			 via[hook ? hook->type : NOT_HOOKED]);
		if (active) {
			read_stage(i, &now);
			add_growth(&sum, &now, &run->from[i]);
		}
		if (hook)
			dp_print(text, " symbol=%s", hook->symbol);
		/* What was counted by an earlier hook remains. */
		if (hook || sum.packets || sum.missed) {
			dp_print(text, " packets=%llu", sum.packets);
			if (stages[i].merged)
				dp_print(text, " segments=%llu", sum.packets + sum.extra_segments);
			dp_print(text, " missed=%llu", sum.missed);
		}
		dp_print(text, "\n");
	}
}
