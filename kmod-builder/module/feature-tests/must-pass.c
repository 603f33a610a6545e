/*
 * The types of the tracepoints that there are handlers for, compared in one go: each answer is a line of the assembly, "->NAME 0" or "->NAME 1".
 * Fails only when the toolchain or the headers are broken, which must not read as "feature absent".
 *
 * kfree_skb: plain before 5.17; with a reason from then on (and in 5.15.58, RHEL 8 and 9); with the receiving socket from 6.11 on, whose const came a
 * little later.
 */
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <net/sock.h>
#include <trace/events/net.h>
#include <trace/events/skb.h>

#define ANSWER(name, tracepoint, ...)									\
	asm volatile("\n.ascii \"->" #name " %c0\"" : : "i" (__builtin_types_compatible_p(		\
		typeof(check_trace_callback_type_##tracepoint), void (void (*)(void *, __VA_ARGS__)))))

void tracepoints(void);
void tracepoints(void)
{
	ANSWER(KFREE_SKB_PLAIN, kfree_skb, struct sk_buff *, void *);
	ANSWER(KFREE_SKB_REASON, kfree_skb, struct sk_buff *, void *, enum skb_drop_reason);
	ANSWER(KFREE_SKB_RX_SK, kfree_skb, struct sk_buff *, void *, enum skb_drop_reason, struct sock *);
	ANSWER(KFREE_SKB_RX_SK_CONST, kfree_skb, struct sk_buff *, void *, enum skb_drop_reason, const struct sock *);
	ANSWER(TRACE_NAPI_GRO_RECEIVE_ENTRY, napi_gro_receive_entry, const struct sk_buff *);
	ANSWER(TRACE_NETIF_RECEIVE_SKB, netif_receive_skb, struct sk_buff *);
	ANSWER(TRACE_NET_DEV_QUEUE, net_dev_queue, struct sk_buff *);
	ANSWER(TRACE_NET_DEV_XMIT, net_dev_xmit, struct sk_buff *, int, struct net_device *, unsigned int);
}
