// SPDX-License-Identifier: GPL-2.0
/*
 * Linux 6.0, ec43908dd556 ("net: skb: use auto-generation to convert skb drop reason to string"):
 * the names of the drop reasons are one exported array. Up to 6.3, see reasons-by-subsys.c.
 * Exports: drop_reasons
 */
#include <linux/skbuff.h>
#if __has_include(<net/dropreason.h>)
#include <net/dropreason.h>
#endif

const char *reasons_array(unsigned int reason);
const char *reasons_array(unsigned int reason)
{
	return reason < SKB_DROP_REASON_MAX ? drop_reasons[reason] : NULL;
}
