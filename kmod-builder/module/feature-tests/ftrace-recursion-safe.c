// SPDX-License-Identifier: GPL-2.0
/*
 * Before Linux 5.11, a25d036d939a ("ftrace: Reverse what the RECURSION flag means in the
 * ftrace_ops"): an ftrace callback is only called directly if it declares that it does not recurse.
 */
#include <linux/ftrace.h>

unsigned long ftrace_recursion_safe(void);
unsigned long ftrace_recursion_safe(void)
{
	return FTRACE_OPS_FL_RECURSION_SAFE;
}
