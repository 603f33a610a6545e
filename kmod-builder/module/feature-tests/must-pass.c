// SPDX-License-Identifier: GPL-2.0
/*
 * Compares the types of the tracepoints with those of the handlers. Each answer is a line of the
 * assembly: "->NAME 0" or "->NAME 1". This test fails only if the toolchain or the headers are
 * broken, which must not read as "feature absent".
 *
 * kfree_skb
 *   KFREE_SKB_PLAIN           before Linux 5.17
 *   KFREE_SKB_REASON          Linux 5.17, c504e5c2f964 ("net: skb: introduce kfree_skb_reason()");
 *                             backported to 5.15.58 and by RHEL 8 and 9
 *   KFREE_SKB_RX_SK           Linux 6.11, c53795d48ee8 ("net: add rx_sk to trace_kfree_skb")
 *   KFREE_SKB_RX_SK_CONST     in Linux 7.2 and not in 6.13; the commit is not known to the authors
 * The other tracepoints have the same type in all kernels from 5.10 to 7.2.
 */
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <net/sock.h>
#include <trace/events/net.h>
#include <trace/events/skb.h>

/* clang-format off */
#define ANSWER(name, tracepoint, ...)							\
	asm volatile("\n.ascii \"->" #name " %c0\"" : :					\
		     "i" (__builtin_types_compatible_p(					\
			     typeof(check_trace_callback_type_##tracepoint),		\
			     void (void (*)(void *, __VA_ARGS__)))))
/* clang-format on */

void tracepoints(void);
void tracepoints(void)
{
	ANSWER(KFREE_SKB_PLAIN, kfree_skb, struct sk_buff *, void *);
	ANSWER(KFREE_SKB_REASON, kfree_skb, struct sk_buff *, void *, enum skb_drop_reason);
	ANSWER(KFREE_SKB_RX_SK, kfree_skb, struct sk_buff *, void *, enum skb_drop_reason,
	       struct sock *);
	ANSWER(KFREE_SKB_RX_SK_CONST, kfree_skb, struct sk_buff *, void *, enum skb_drop_reason,
	       const struct sock *);
	ANSWER(TRACE_NAPI_GRO_RECEIVE_ENTRY, napi_gro_receive_entry, const struct sk_buff *);
	ANSWER(TRACE_NETIF_RECEIVE_SKB, netif_receive_skb, struct sk_buff *);
	ANSWER(TRACE_NET_DEV_QUEUE, net_dev_queue, struct sk_buff *);
	ANSWER(TRACE_NET_DEV_XMIT, net_dev_xmit, struct sk_buff *, int, struct net_device *,
	       unsigned int);
}
