/* An ftrace callback says that it does not call itself, to be called directly: before 5.11, where it says the opposite. */
#include <linux/ftrace.h>

unsigned long test(void);
unsigned long test(void)
{
	return FTRACE_OPS_FL_RECURSION_SAFE;
}
