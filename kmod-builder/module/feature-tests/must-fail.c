// SPDX-License-Identifier: GPL-2.0
/*
 * Compiled last. It passes only if the compiler does not check, or has not got this far; then every
 * feature would read as present.
 */
#include <linux/skbuff.h>
#include <trace/events/skb.h>

static void must_fail_handler(void *data, struct net_device *not_an_skb)
{
}

int must_fail(void);
int must_fail(void)
{
	return register_trace_kfree_skb(must_fail_handler, NULL);
}
