// SPDX-License-Identifier: GPL-2.0
/*
 * Linux 5.18, 625788b58445 ("net: add per-cpu storage and net->core_stats"): what the core of the
 * network stack drops for a device is counted for each CPU. Before, in the device itself.
 */
#include <linux/netdevice.h>

unsigned long core_stats(const struct net_device *device);
unsigned long core_stats(const struct net_device *device)
{
	return device->core_stats ? per_cpu_ptr(device->core_stats, 0)->tx_dropped : 0;
}
