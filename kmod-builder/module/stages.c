// SPDX-License-Identifier: GPL-2.0
/*
 * stages.c: counts the packets that pass well-known places of the receive and transmit path, of the whole kernel, whatever the probes' filters.
 *
 * Each stage has a list of ways, cheapest first: a tracepoint that fires there, the function's entry by ftrace, the same by kprobe; and where a
 * function is inlined or has another name on some kernels, what stands for it. The first way that attaches is taken; a stage without one is
 * reported as such. Hooks are there only while a probe that wants stages is active.
 *
 * A handler adds to one per-CPU counter, with an operation that needs neither preemption off nor a lock, and looks at nothing of the packet but
 * how many segments are merged in it. It may run in any context that the stage runs in.
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

enum way_kind {
	NO_WAY,
	BY_TRACEPOINT,
	BY_FTRACE,
	BY_KPROBE,
};

/**
 * struct way - one way to see a stage
 * @kind: how
 * @symbol: name of the tracepoint or function
 * @handler: exact to the type that this kind calls
 */
struct way {
	enum way_kind kind;
	const char *symbol;
	void *handler;
};

/**
 * struct stage - one place; what is behind @ways is guarded by dp_lock
 * @name: as the seed module called the place
 * @merged: whether packets may hold several segments, and these are counted
 * @ways: in order of preference, ended by NO_WAY
 * @way: the one that is or was attached; NULL where none attaches
 * @hooked: attached now
 * @kept: attached though no probe wants it, since the kernel did not take it back; only BY_TRACEPOINT
 * @missed: what hooks that are gone have missed
 * @tracepoint: hooked by BY_TRACEPOINT
 * @kprobe: hooked by BY_KPROBE
 * @ftrace: hooked by BY_FTRACE
 * @stuck: a hook could not be given back, and never will be
 */
struct stage {
	const char *name;
	bool merged;
	const struct way *ways;
	const struct way *way;
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

static DEFINE_PER_CPU(u64 [DP_STAGES], dp_stage_packets);
static DEFINE_PER_CPU(u64 [DP_STAGES], dp_stage_extra_segments);

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
 * Tracepoints, whose handlers must be exact to the type: feature-tests/ compare them with the kernel's. Where one differs, that way is missing, and no
 * more.
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
/* The skb may be freed already, so its segments are not known. A device that was busy is given the packet again, and counted then. */
static void on_net_dev_xmit(void *data, struct sk_buff *skb, int result, struct net_device *device, unsigned int length)
{
	if (likely(result == NETDEV_TX_OK))
		count_packet(NET_DEV_XMIT);
}
#define NET_DEV_XMIT_POINT TRACEPOINT(net_dev_xmit)
#else
#define NET_DEV_XMIT_POINT
#endif

/* Entries of functions, all of which take the skb as their first argument. A handler for each stage: its counter's place is known when it is compiled. */
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
#define STAGE(name_, merged_, ...) {								\
	.name = name_, .merged = merged_, .ways = (const struct way []){ __VA_ARGS__ { NO_WAY } }	\
}

/*
 * ip_rcv and ipv6_rcv have a twin that takes packets by the list; both go through the core function with each packet, where the compiler has left it a
 * function of its own.
 */
static struct stage stages[DP_STAGES] = {
	[ETH_TYPE_TRANS] = STAGE("eth_type_trans", true, ENTRY(ETH_TYPE_TRANS, eth_type_trans)),
	[NAPI_GRO_RECEIVE] = STAGE("napi_gro_receive", true, NAPI_GRO_RECEIVE_ENTRY),
	[NETIF_RECEIVE_SKB_CORE] = STAGE("__netif_receive_skb_core", true, NETIF_RECEIVE_SKB),
	[IP_RCV] = STAGE("ip_rcv", true, ENTRY(IP_RCV, ip_rcv_core) ENTRY(IP_RCV, ip_rcv)),
	[IPV6_RCV] = STAGE("ipv6_rcv", true, ENTRY(IPV6_RCV, ip6_rcv_core) ENTRY(IPV6_RCV, ipv6_rcv)),
	[TCP_V4_RCV] = STAGE("tcp_v4_rcv", true, ENTRY(TCP_V4_RCV, tcp_v4_rcv)),
	[TCP_V6_RCV] = STAGE("tcp_v6_rcv", true, ENTRY(TCP_V6_RCV, tcp_v6_rcv)),
	[UDP_RCV] = STAGE("udp_rcv", true, ENTRY(UDP_RCV, udp_rcv)),
	[UDPV6_RCV] = STAGE("udpv6_rcv", true, ENTRY(UDPV6_RCV, udpv6_rcv)),
	[DEV_QUEUE_XMIT] = STAGE("dev_queue_xmit", true, NET_DEV_QUEUE ENTRY(DEV_QUEUE_XMIT, __dev_queue_xmit)),
	[NET_DEV_XMIT] = STAGE("net_dev_xmit", false, NET_DEV_XMIT_POINT),
};

static int on_kprobe(struct kprobe *kprobe, struct pt_regs *regs)
{
	const struct stage *stage = container_of(kprobe, struct stage, kprobe);

	count_skb(stage - stages, (const struct sk_buff *)regs_get_kernel_argument(regs, 0));
	return 0;
}

struct search {
	const char *name;
	struct tracepoint *found;
};

static void compare_name(struct tracepoint *tracepoint, void *data)
{
	struct search *search = data;

	if (!strcmp(tracepoint->name, search->name))
		search->found = tracepoint;
}

/* Tracepoints of the kernel proper are found by name, whether exported or not. */
static int hook_tracepoint(struct stage *stage, const struct way *way)
{
	struct search search = { .name = way->symbol };
	int error;

	for_each_kernel_tracepoint(compare_name, &search);
	if (!search.found)
		return -ENOENT;
	error = tracepoint_probe_register(search.found, way->handler, NULL);
	if (!error)
		stage->tracepoint = search.found;
	return error;
}

/* May fail before 5.11, see dp_drop_unhook(); then it is tried again when the next probe with stages ends. */
static void unhook_tracepoint(struct stage *stage)
{
	int error = tracepoint_probe_unregister(stage->tracepoint, stage->way->handler, NULL);

	dp_keep_hook(&stage->kept, stage->way->symbol, error);
}

/*
 * What the kernel does not give back, after a fault of its own, it may call still: the hook is left as it is, and the module stays. The probe that ends
 * has its reference yet.
 */
static void keep_stuck(struct stage *stage)
{
	stage->stuck = true;
	__module_get(THIS_MODULE);
	pr_err("the kernel does not give the hook of %s back: the module can't be unloaded until the next boot\n", stage->name);
}

static int hook_kprobe(struct stage *stage, const struct way *way)
{
	memset(&stage->kprobe, 0, sizeof(stage->kprobe));
	stage->kprobe.symbol_name = way->symbol;
	stage->kprobe.pre_handler = way->handler;
	return register_kprobe(&stage->kprobe);
}

/* A kprobe that could not be taken out loses its address, and that is all that is told (unregister_kprobes() in kernel/kprobes.c). */
static void unhook_kprobe(struct stage *stage)
{
	unregister_kprobe(&stage->kprobe);
	stage->missed += stage->kprobe.nmissed;
	if (!stage->kprobe.addr)
		keep_stuck(stage);
}

#ifdef DP_FTRACE_ARGS
/* The filter's memory goes when the filter is emptied; ftrace_free_filter() is not exported everywhere. */
static void free_filter(struct stage *stage)
{
	ftrace_set_filter(&stage->ftrace, NULL, 0, 1);
}

/* PERMANENT: or kernel.ftrace_enabled=0 would silence it. */
static int hook_ftrace(struct stage *stage, const struct way *way)
{
	int error;

	memset(&stage->ftrace, 0, sizeof(stage->ftrace));
	stage->ftrace.func = way->handler;
	stage->ftrace.flags = DP_FTRACE_FLAGS | FTRACE_OPS_FL_PERMANENT;
	/* Without this it would see every function of the kernel. */
	error = ftrace_set_filter(&stage->ftrace, (unsigned char *)way->symbol, strlen(way->symbol), 1);
	if (!error)
		error = register_ftrace_function(&stage->ftrace);
	if (error)
		free_filter(stage);
	return error;
}

static void unhook_ftrace(struct stage *stage)
{
	if (unregister_ftrace_function(&stage->ftrace))
		keep_stuck(stage);
	else
		free_filter(stage);
}
#else
static int hook_ftrace(struct stage *stage, const struct way *way)
{
	return -EOPNOTSUPP;
}

static void unhook_ftrace(struct stage *stage)
{
}
#endif

static int hook(struct stage *stage, const struct way *way)
{
	switch (way->kind) {
	case BY_TRACEPOINT:
		return hook_tracepoint(stage, way);
	case BY_FTRACE:
		return hook_ftrace(stage, way);
	case BY_KPROBE:
		return hook_kprobe(stage, way);
	default:
		return -EOPNOTSUPP;
	}
}

static void unhook(struct stage *stage)
{
	switch (stage->way->kind) {
	case BY_TRACEPOINT:
		unhook_tracepoint(stage);
		break;
	case BY_FTRACE:
		unhook_ftrace(stage);
		break;
	case BY_KPROBE:
		unhook_kprobe(stage);
		break;
	default:
		break;
	}
}

/* The first way that attaches; NULL where none does. */
static const struct way *hook_first(struct stage *stage)
{
	const struct way *way;

	if (stage->stuck)
		return NULL;
	for (way = stage->ways; way->kind != NO_WAY; way++) {
		int error = hook(stage, way);

		if (!error)
			return way;
		/* ftrace is switched off: a kprobe at the same place would be taken, and be silent. */
		if (error == -EBUSY)
			break;
	}
	return NULL;
}

/**
 * dp_stages_hook - begin to count packets at every stage that this kernel lets us see
 *
 * What can't be attached is not an error: the stage is reported without a way. dp_lock is held.
 */
void dp_stages_hook(void)
{
	struct stage *stage;

	lockdep_assert_held(&dp_lock);
	for (stage = stages; stage < stages + DP_STAGES; stage++) {
		if (!stage->kept)
			stage->way = hook_first(stage);
		stage->hooked = stage->way;
	}
}

/**
 * dp_stages_unhook - count no more; when it returns no handler is running. dp_lock is held.
 */
void dp_stages_unhook(void)
{
	int i;

	lockdep_assert_held(&dp_lock);
	for (i = DP_STAGES - 1; i >= 0; i--) {
		if (stages[i].hooked)
			unhook(&stages[i]);
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
	if (stage->hooked && stage->way->kind == BY_KPROBE)
		count->missed += READ_ONCE(stage->kprobe.nmissed);
	for_each_possible_cpu(cpu) {
		count->packets += READ_ONCE(per_cpu(dp_stage_packets, cpu)[number]);
		count->extra_segments += READ_ONCE(per_cpu(dp_stage_extra_segments, cpu)[number]);
	}
}

static void add_growth(struct dp_stage_count *sum, const struct dp_stage_count *now, const struct dp_stage_count *from)
{
	sum->packets += now->packets - from->packets;
	sum->extra_segments += now->extra_segments - from->extra_segments;
	sum->missed += now->missed - from->missed;
}

/**
 * dp_stages_begin - a probe's own count starts or goes on
 * @run: the probe's; dp_lock is held
 */
void dp_stages_begin(struct dp_stage_run *run)
{
	unsigned int i;

	run->begun = true;
	for (i = 0; i < DP_STAGES; i++)
		read_stage(i, &run->from[i]);
}

/**
 * dp_stages_end - a probe's own count pauses
 * @run: the probe's; dp_lock is held
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
 * dp_print_stages - one record for each stage
 * @text: where to
 * @run: of a probe that wants stages; nothing is printed when it has never been active. dp_lock is held.
 * @active: whether it counts now
 */
void dp_print_stages(struct dp_text *text, const struct dp_stage_run *run, bool active)
{
	static const char * const via[] = {
		[NO_WAY] = "none", [BY_TRACEPOINT] = "tracepoint", [BY_FTRACE] = "ftrace", [BY_KPROBE] = "kprobe",
	};
	unsigned int i;

	if (!run->begun)
		return;
	for (i = 0; i < DP_STAGES; i++) {
		const struct way *way = stages[i].way;
		struct dp_stage_count sum = run->before[i], now;

		dp_print(text, "stage name=%s via=%s", stages[i].name, via[way ? way->kind : NO_WAY]);
		if (active) {
			read_stage(i, &now);
			add_growth(&sum, &now, &run->from[i]);
		}
		if (way)
			dp_print(text, " symbol=%s", way->symbol);
		/* What was counted while there was a way stays. */
		if (way || sum.packets || sum.missed) {
			dp_print(text, " packets=%llu", sum.packets);
			if (stages[i].merged)
				dp_print(text, " segments=%llu", sum.packets + sum.extra_segments);
			dp_print(text, " missed=%llu", sum.missed);
		}
		dp_print(text, "\n");
	}
}
