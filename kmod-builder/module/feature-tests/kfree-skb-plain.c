/* The tracepoint without a reason: before 5.17, unless backported. */
#include <linux/skbuff.h>
#include <trace/events/skb.h>

static void handler(void *data, struct sk_buff *skb, void *location)
{
}

int test(void);
int test(void)
{
	return register_trace_kfree_skb(handler, NULL);
}
