/* The tracepoint with a reason and the receiving socket: 6.11 to 6.12. */
#include <linux/skbuff.h>
#include <trace/events/skb.h>

static void handler(void *data, struct sk_buff *skb, void *location, enum skb_drop_reason reason, struct sock *rx_sk)
{
}

int test(void);
int test(void)
{
	return register_trace_kfree_skb(handler, NULL);
}
