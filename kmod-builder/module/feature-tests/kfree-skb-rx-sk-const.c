/* The same with a socket that is const: newer than 6.12. */
#include <linux/skbuff.h>
#include <trace/events/skb.h>

static void handler(void *data, struct sk_buff *skb, void *location, enum skb_drop_reason reason, const struct sock *rx_sk)
{
}

int test(void);
int test(void)
{
	return register_trace_kfree_skb(handler, NULL);
}
