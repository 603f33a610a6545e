// SPDX-License-Identifier: GPL-2.0
/*
 * Linux 5.11, 02a474ca266a ("ftrace/x86: Allow for arguments to be passed in to ftrace_regs by
 * default"): the registers that hold the arguments are inside struct ftrace_regs. Hidden again in
 * 6.13, 7888af4166d4 ("ftrace: Make ftrace_regs abstract from direct use"); ftrace-argument.c is
 * preferred.
 * Exports: register_ftrace_function unregister_ftrace_function ftrace_set_filter
 */
#include <linux/ftrace.h>
#include <linux/ptrace.h>

#ifndef CONFIG_DYNAMIC_FTRACE_WITH_ARGS
#error "the registers are not saved at every call"
#endif

unsigned long ftrace_regs_inside(struct ftrace_regs *regs);
unsigned long ftrace_regs_inside(struct ftrace_regs *regs)
{
	return regs_get_kernel_argument(&regs->regs, 0);
}
