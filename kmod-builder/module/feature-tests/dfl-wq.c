// SPDX-License-Identifier: GPL-2.0
/*
 * Linux 6.17, 128ea9f6ccfb ("workqueue: Add system_percpu_wq and system_dfl_wq"), and stable
 * kernels with a backport of it: the new name of the workqueue for work that may run on any CPU.
 * Exports: system_dfl_wq
 */
#include <linux/workqueue.h>

struct workqueue_struct *dfl_wq(void);
struct workqueue_struct *dfl_wq(void)
{
	return system_dfl_wq;
}
