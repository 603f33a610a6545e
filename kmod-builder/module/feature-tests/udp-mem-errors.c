// SPDX-License-Identifier: GPL-2.0
/*
 * In Linux 5.11 and not in 5.10 ("net: udp: introduce UDP_MIB_MEMERRORS for udp_mem"; the commit is
 * not known to the authors): datagrams that are dropped because UDP has used up its memory have a
 * counter.
 */
#include <linux/snmp.h>

int udp_mem_errors(void);
int udp_mem_errors(void)
{
	return UDP_MIB_MEMERRORS;
}
