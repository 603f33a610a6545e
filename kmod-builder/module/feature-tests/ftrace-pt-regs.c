// SPDX-License-Identifier: GPL-2.0
/*
 * Before Linux 5.11, d19ad0775dcd ("ftrace: Have the callbacks receive a struct ftrace_regs instead
 * of pt_regs"): an ftrace callback is given registers, if it asks for them.
 * Exports: register_ftrace_function unregister_ftrace_function ftrace_set_filter
 */
#include <linux/ftrace.h>
#include <linux/ptrace.h>

#ifndef CONFIG_DYNAMIC_FTRACE_WITH_REGS
#error "there are no registers to ask for"
#endif

static unsigned long ftrace_pt_regs_first;

static void ftrace_pt_regs_callback(unsigned long ip, unsigned long parent_ip,
				    struct ftrace_ops *ops, struct pt_regs *regs)
{
	ftrace_pt_regs_first = regs_get_kernel_argument(regs, 0);
}

ftrace_func_t ftrace_pt_regs(void);
ftrace_func_t ftrace_pt_regs(void)
{
	return ftrace_pt_regs_callback;
}
