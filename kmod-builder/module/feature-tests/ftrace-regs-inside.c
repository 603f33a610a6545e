/* The same before 6.2, when the registers could still be seen: 5.11. */
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
