/* An ftrace callback is given registers, if it asks for them: before 5.11. */
#include <linux/ftrace.h>
#include <linux/ptrace.h>

#ifndef CONFIG_DYNAMIC_FTRACE_WITH_REGS
#error "there are no registers to ask for"
#endif

static unsigned long first;

static void callback(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops, struct pt_regs *regs)
{
	first = regs_get_kernel_argument(regs, 0);
}

ftrace_func_t test(void);
ftrace_func_t test(void)
{
	return callback;
}
