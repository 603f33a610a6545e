/* An ftrace callback says that it does not call itself, to be called directly: before 5.11, where it says the opposite. */
#include <linux/ftrace.h>

unsigned long ftrace_recursion_safe(void);
unsigned long ftrace_recursion_safe(void)
{
	return FTRACE_OPS_FL_RECURSION_SAFE;
}
