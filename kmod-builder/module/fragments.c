// SPDX-License-Identifier: GPL-2.0
/*
 * fragments.c: finds where the kernel frees fragments together with their head skb. These are no
 * drops: the head was itself delivered, or is counted as dropped.
 *
 * It frees an skb of its own with one fragment and looks where the tracepoint says that this is
 * freed. No name says it: kfree_skb_list() is inlined into skb_release_data() by some compilers and
 * kernels and not by others, and the queues that it frees elsewhere are drops.
 */
#include <linux/module.h>
#include <linux/skbuff.h>
#include <trace/events/skb.h>

#include "dropprobe.h"

/*
 * The skb that the handler waits for, or NULL, and where it was freed, or 0. Static, as the handler
 * may remain (see dp_drop_unhook()).
 */
static struct {
	const struct sk_buff *skb;
	unsigned long location;
} dp_awaited;

static bool dp_awaiting_kept; /* the handler could not be unregistered; protected by dp_lock */

/* Once only: the memory of the skb may become another's. */
static void on_kfree_awaited_skb(DP_KFREE_SKB_ARGS)
{
	if (skb != READ_ONCE(dp_awaited.skb))
		return;
	WRITE_ONCE(dp_awaited.skb, NULL);
	WRITE_ONCE(dp_awaited.location, (unsigned long)location);
}

static void await(const struct sk_buff *skb)
{
	WRITE_ONCE(dp_awaited.location, 0);
	WRITE_ONCE(dp_awaited.skb, skb);
}

static bool awaited(struct dp_function *function)
{
	WRITE_ONCE(dp_awaited.skb, NULL);
	return dp_function_before(READ_ONCE(dp_awaited.location), function);
}

/* Frees a fragment with its head skb. */
static bool find_with_head(struct dp_function *function)
{
	struct sk_buff *head = alloc_skb(1, GFP_KERNEL), *fragment = alloc_skb(1, GFP_KERNEL);

	if (!head || !fragment) {
		consume_skb(head);
		consume_skb(fragment);
		return false;
	}
	skb_shinfo(head)->frag_list = fragment;
	await(fragment);
	kfree_skb(head);
	return awaited(function);
}

/* Frees an skb as one of a queue. */
static bool find_in_queue(struct dp_function *function)
{
	struct sk_buff *skb = alloc_skb(1, GFP_KERNEL);

	if (!skb)
		return false;
	await(skb);
	kfree_skb_list(skb);
	return awaited(function);
}

/**
 * dp_find_fragments - find the function that frees fragments with their head skb
 * @function: the result; unchanged if @function->size is set already, or if it was not found
 *
 * Other users of the tracepoint see three skbs that are freed. The caller holds dp_lock and a
 * module reference.
 */
void dp_find_fragments(struct dp_function *function)
{
	struct dp_function with_head, in_queue;

	if (function->size && !dp_awaiting_kept)
		return;
	if (!dp_awaiting_kept && register_trace_kfree_skb(on_kfree_awaited_skb, NULL))
		goto not_found;
	if (!function->size && find_with_head(&with_head) && find_in_queue(&in_queue) &&
	    in_queue.start != with_head.start)
		*function = with_head;
	dp_keep_hook(&dp_awaiting_kept, "fragments",
		     unregister_trace_kfree_skb(on_kfree_awaited_skb, NULL));
	tracepoint_synchronize_unregister();
	if (function->size)
		return;
not_found:
	pr_info_once(
		"fragments freed with their head skb are counted as drops: this kernel does not free them at a place of their own\n");
}
