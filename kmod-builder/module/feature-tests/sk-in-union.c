/* skb->sk shares its place with a fragment's offset, so that a packet in reassembly has a number there: up to 6.0 or so. */
#include <linux/skbuff.h>

size_t sk_in_union(struct sk_buff *skb);
size_t sk_in_union(struct sk_buff *skb)
{
	return sizeof(skb->ip_defrag_offset);
}
