// SPDX-License-Identifier: GPL-2.0
/*
 * Before Linux 5.13, see xdp-redirect-by-id.c: the tracepoint xdp_redirect_err has the map itself.
 */
#include <linux/bpf.h>
#include <linux/netdevice.h>
#include <trace/events/xdp.h>

void xdp_redirect_by_map(void (*exception)(void *, const struct net_device *,
					   const struct bpf_prog *, u32),
			 void (*error)(void *, const struct net_device *, const struct bpf_prog *,
				       const void *, int, const struct bpf_map *, u32));
void xdp_redirect_by_map(void (*exception)(void *, const struct net_device *,
					   const struct bpf_prog *, u32),
			 void (*error)(void *, const struct net_device *, const struct bpf_prog *,
				       const void *, int, const struct bpf_map *, u32))
{
	check_trace_callback_type_xdp_exception(exception);
	check_trace_callback_type_xdp_redirect_err(error);
}
