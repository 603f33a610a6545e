// SPDX-License-Identifier: GPL-2.0
/*
 * Linux 6.4, 071c0fc6fb91 ("net: extend drop reasons for multiple subsystems"): the names of the
 * drop reasons are in a list for each subsystem, under RCU.
 * Exports: drop_reasons_by_subsys
 */
#include <linux/rcupdate.h>
#include <linux/skbuff.h>
#if __has_include(<net/dropreason.h>)
#include <net/dropreason.h>
#endif

const char *reasons_by_subsys(void);
const char *reasons_by_subsys(void)
{
	const struct drop_reason_list *list;

	list = rcu_dereference(drop_reasons_by_subsys[SKB_DROP_REASON_SUBSYS_CORE]);
	return list->n_reasons ? list->reasons[0] : NULL;
}
