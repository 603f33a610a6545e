/* Fails only when the toolchain or the headers are broken, which must not read as "feature absent". */
#include <linux/module.h>
#include <linux/skbuff.h>
#include <trace/events/skb.h>

int test(struct sk_buff *skb);
int test(struct sk_buff *skb)
{
	return skb->len;
}
