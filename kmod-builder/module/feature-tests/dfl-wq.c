/* The workqueue for work that may run on any CPU, by its newer name: 6.17, and stable kernels that took it back. */
#include <linux/workqueue.h>

struct workqueue_struct *dfl_wq(void);
struct workqueue_struct *dfl_wq(void)
{
	return system_dfl_wq;
}
