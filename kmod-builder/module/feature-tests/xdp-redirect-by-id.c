// SPDX-License-Identifier: GPL-2.0
/*
 * Linux 5.13, ee75aef23afe ("bpf, xdp: Restructure redirect actions"): the tracepoint
 * xdp_redirect_err has type and id of the map.
 */
#include <linux/bpf.h>
#include <linux/netdevice.h>
#include <trace/events/xdp.h>

void xdp_redirect_by_id(void (*exception)(void *, const struct net_device *,
					  const struct bpf_prog *, u32),
			void (*error)(void *, const struct net_device *, const struct bpf_prog *,
				      const void *, int, enum bpf_map_type, u32, u32));
void xdp_redirect_by_id(void (*exception)(void *, const struct net_device *,
					  const struct bpf_prog *, u32),
			void (*error)(void *, const struct net_device *, const struct bpf_prog *,
				      const void *, int, enum bpf_map_type, u32, u32))
{
	check_trace_callback_type_xdp_exception(exception);
	check_trace_callback_type_xdp_redirect_err(error);
}
