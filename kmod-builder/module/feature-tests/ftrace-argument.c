// SPDX-License-Identifier: GPL-2.0
/*
 * Linux 6.2, 94d095ffa0e1 ("ftrace: abstract DYNAMIC_FTRACE_WITH_ARGS accesses"): an ftrace
 * callback may ask for the arguments of the traced function, if the architecture saves them at
 * every call.
 * Exports: register_ftrace_function unregister_ftrace_function ftrace_set_filter
 */
#include <linux/ftrace.h>

#ifndef CONFIG_HAVE_DYNAMIC_FTRACE_WITH_ARGS
#error "the arguments are not saved at every call"
#endif

unsigned long ftrace_argument(struct ftrace_regs *regs);
unsigned long ftrace_argument(struct ftrace_regs *regs)
{
	return ftrace_regs_get_argument(regs, 0);
}
