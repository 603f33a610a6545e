// SPDX-License-Identifier: GPL-2.0
/*
 * Before Linux 6.9, 18685451fc4e ("inet: inet_defrag: prevent sk release while still in use"), and
 * stable kernels without a backport of it: skb->sk shares its storage with the offset of a
 * fragment, so a packet in reassembly has a number there.
 */
#include <linux/skbuff.h>

size_t sk_in_union(struct sk_buff *skb);
size_t sk_in_union(struct sk_buff *skb)
{
	return sizeof(skb->ip_defrag_offset);
}
