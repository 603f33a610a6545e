/* The reasons' names as one exported array: 6.0 to 6.3. */
#include <linux/skbuff.h>
#include <net/dropreason.h>

const char *test(unsigned int reason);
const char *test(unsigned int reason)
{
	return reason < SKB_DROP_REASON_MAX ? drop_reasons[reason] : NULL;
}
