/* The tracepoint with a reason: 5.17, 5.15.58, RHEL 8 and 9. */
#include <linux/skbuff.h>
#include <trace/events/skb.h>

static void handler(void *data, struct sk_buff *skb, void *location, enum skb_drop_reason reason)
{
}

int test(void);
int test(void)
{
	return register_trace_kfree_skb(handler, NULL);
}
