// SPDX-License-Identifier: GPL-2.0
/*
 * Linux 6.7, b4a11b2033b7 ("net: fix IPSTATS_MIB_OUTPKGS increment in OutForwDatagrams"):
 * OutRequests has a number of its own. Before, it was OUTPKTS, which now counts forwarded packets
 * too.
 */
#include <linux/snmp.h>

int ip_out_requests(void);
int ip_out_requests(void)
{
	return IPSTATS_MIB_OUTREQUESTS;
}
