// SPDX-License-Identifier: GPL-2.0
/*
 * xdp.c: counts packets that XDP programs lose by mistake. What such a program drops on purpose
 * (XDP_DROP) fires no tracepoint and is not counted; the program knows.
 *
 * Both tracepoints fire on errors only, so they are hooked as long as any probe counts.
 */
#include <linux/kernel.h>
#include <linux/percpu.h>
#include <linux/tracepoint.h>

#include "compat.h"
#include "dropprobe.h"

#if DP_HAVE_XDP_REDIRECT_BY_ID || DP_HAVE_XDP_REDIRECT_BY_MAP
#include <linux/bpf.h>
#include <linux/netdevice.h>

/**
 * struct xdp_hook - one tracepoint
 * @name: its name
 * @handler: function with exactly the type that it calls
 * @tracepoint: NULL until it is found
 * @hooked: it is hooked
 * @counts: it was hooked when it was tried last
 * @kept: it could not be unhooked although no probe counts
 *
 * The fields behind @handler are protected by dp_lock.
 */
struct xdp_hook {
	const char *name;
	void *handler;
	struct tracepoint *tracepoint;
	bool hooked;
	bool counts;
	bool kept;
};

static DEFINE_PER_CPU(u64[DP_XDP_COUNTERS], dp_xdp_packets);

/* The program has aborted, has returned an unknown action, or its packet could not be sent. */
static void on_exception(void *data, const struct net_device *device,
			 const struct bpf_prog *program, u32 action)
{
	/* Some drivers come here, too, with what could not be redirected. */
	if (action != XDP_REDIRECT)
		this_cpu_inc(dp_xdp_packets[0]);
}

/* The program has redirected the packet, and that was not possible. */
#if DP_HAVE_XDP_REDIRECT_BY_ID
static void on_redirect_err(void *data, const struct net_device *device,
			    const struct bpf_prog *program, const void *target, int error,
			    enum bpf_map_type type, u32 map, u32 index)
#else
static void on_redirect_err(void *data, const struct net_device *device,
			    const struct bpf_prog *program, const void *target, int error,
			    const struct bpf_map *map, u32 index)
#endif
{
	this_cpu_inc(dp_xdp_packets[1]);
}

static struct xdp_hook hooks[DP_XDP_COUNTERS] = {
	{ .name = "xdp_exception", .handler = on_exception },
	{ .name = "xdp_redirect_err", .handler = on_redirect_err },
};

/**
 * dp_xdp_hook - hook the tracepoints
 *
 * One that can't be hooked is not an error: it has no counter. The caller holds dp_lock.
 */
void dp_xdp_hook(void)
{
	struct xdp_hook *hook;

	lockdep_assert_held(&dp_lock);
	for (hook = hooks; hook < hooks + DP_XDP_COUNTERS; hook++) {
		if (!hook->tracepoint)
			hook->tracepoint = dp_find_tracepoint(hook->name);
		hook->hooked = hook->kept ||
			       (hook->tracepoint &&
				!tracepoint_probe_register(hook->tracepoint, hook->handler, NULL));
		WRITE_ONCE(hook->counts, hook->hooked);
	}
}

/**
 * dp_xdp_unhook - unhook the tracepoints
 *
 * May fail before 5.11, see dp_drop_unhook(), which the caller calls next: handlers may still run
 * until it returns. The caller holds dp_lock.
 */
void dp_xdp_unhook(void)
{
	struct xdp_hook *hook;

	lockdep_assert_held(&dp_lock);
	for (hook = hooks; hook < hooks + DP_XDP_COUNTERS; hook++) {
		if (hook->hooked)
			dp_keep_hook(&hook->kept, hook->name,
				     tracepoint_probe_unregister(hook->tracepoint, hook->handler,
								 NULL));
		hook->hooked = false;
	}
}

/**
 * dp_xdp_counter - one of the counters
 * @number: its number, less than DP_XDP_COUNTERS
 *
 * Return: the name of its tracepoint; NULL if this kernel has none, or it could not be hooked.
 */
const char *dp_xdp_counter(u32 number)
{
	return READ_ONCE(hooks[number].counts) ? hooks[number].name : NULL;
}

/**
 * dp_xdp_packets_of - packets of a counter since the module was loaded, while any probe counted
 * @number: its number, less than DP_XDP_COUNTERS
 */
u64 dp_xdp_packets_of(u32 number)
{
	u64 packets = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		packets += READ_ONCE(per_cpu(dp_xdp_packets, cpu)[number]);
	return packets;
}
#else
void dp_xdp_hook(void)
{
}

void dp_xdp_unhook(void)
{
}

const char *dp_xdp_counter(u32 number)
{
	return NULL;
}

u64 dp_xdp_packets_of(u32 number)
{
	return 0;
}
#endif
