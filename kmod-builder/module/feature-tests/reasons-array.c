/* The reasons' names as one exported array: 6.0 to 6.3. */
#include <linux/skbuff.h>
#if __has_include(<net/dropreason.h>)
#include <net/dropreason.h>
#endif

const char *reasons_array(unsigned int reason);
const char *reasons_array(unsigned int reason)
{
	return reason < SKB_DROP_REASON_MAX ? drop_reasons[reason] : NULL;
}
