/* Passes only when the compiler does not look: then every feature would read as present. */
#include <linux/skbuff.h>
#include <trace/events/skb.h>

static void handler(void *data, struct net_device *not_an_skb)
{
}

int test(void);
int test(void)
{
	return register_trace_kfree_skb(handler, NULL);
}
