/* The reasons' names by subsystem, under RCU: from 6.4. */
#include <linux/rcupdate.h>
#include <linux/skbuff.h>
#if __has_include(<net/dropreason.h>)
#include <net/dropreason.h>
#endif

const char *reasons_by_subsys(void);
const char *reasons_by_subsys(void)
{
	const struct drop_reason_list *list = rcu_dereference(drop_reasons_by_subsys[SKB_DROP_REASON_SUBSYS_CORE]);

	return list->n_reasons ? list->reasons[0] : NULL;
}
