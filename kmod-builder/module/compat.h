/* SPDX-License-Identifier: GPL-2.0 */
/*
 * compat.h: the differences between kernels, as found by compiling feature-tests/ with the headers
 * of the target. Version numbers are not used, because distributions backport.
 */
#ifndef DROPPROBE_COMPAT_H
#define DROPPROBE_COMPAT_H

#include <linux/skbuff.h>
#include <linux/workqueue.h>

#include "features.h"

#if DP_HAVE_KFREE_SKB_RX_SK_CONST + DP_HAVE_KFREE_SKB_RX_SK + DP_HAVE_KFREE_SKB_REASON + \
	DP_HAVE_KFREE_SKB_PLAIN != 1
#error "unknown prototype of the tracepoint kfree_skb: see the log of the feature tests"
#endif

/* The handler's arguments, with exact types: a kernel with kCFI traps on a mismatch. */
#if DP_HAVE_KFREE_SKB_RX_SK_CONST
#define DP_KFREE_SKB_ARGS	void *data, struct sk_buff *skb, void *location, \
				enum skb_drop_reason reason, const struct sock *rx_sk
#define DP_ARG_REASON		((u32)reason)
#define DP_ARG_RX_SK		rx_sk
#elif DP_HAVE_KFREE_SKB_RX_SK
#define DP_KFREE_SKB_ARGS	void *data, struct sk_buff *skb, void *location, \
				enum skb_drop_reason reason, struct sock *rx_sk
#define DP_ARG_REASON		((u32)reason)
#define DP_ARG_RX_SK		rx_sk
#elif DP_HAVE_KFREE_SKB_REASON
#define DP_KFREE_SKB_ARGS	void *data, struct sk_buff *skb, void *location, \
				enum skb_drop_reason reason
#define DP_ARG_REASON		((u32)reason)
#define DP_ARG_RX_SK		NULL
#else
#define DP_KFREE_SKB_ARGS	void *data, struct sk_buff *skb, void *location
#define DP_ARG_REASON		0
#define DP_ARG_RX_SK		NULL
#endif

/*
 * The arguments of an ftrace callback, its access to the first argument of the traced function, and
 * the flags that it needs for that.
 */
#if defined(CONFIG_DYNAMIC_FTRACE) && DP_HAVE_FTRACE_ARGUMENT
#define DP_FTRACE_ARGS		unsigned long ip, unsigned long parent_ip, \
				struct ftrace_ops *ops, struct ftrace_regs *regs
#define DP_FTRACE_ARGUMENT	ftrace_regs_get_argument(regs, 0)
#define DP_FTRACE_FLAGS		0
#elif defined(CONFIG_DYNAMIC_FTRACE) && DP_HAVE_FTRACE_REGS_INSIDE
#define DP_FTRACE_ARGS		unsigned long ip, unsigned long parent_ip, \
				struct ftrace_ops *ops, struct ftrace_regs *regs
#define DP_FTRACE_ARGUMENT	regs_get_kernel_argument(&regs->regs, 0)
#define DP_FTRACE_FLAGS		0
#elif defined(CONFIG_DYNAMIC_FTRACE) && DP_HAVE_FTRACE_PT_REGS
#define DP_FTRACE_ARGS		unsigned long ip, unsigned long parent_ip, \
				struct ftrace_ops *ops, struct pt_regs *regs
#define DP_FTRACE_ARGUMENT	regs_get_kernel_argument(regs, 0)
#if DP_HAVE_FTRACE_RECURSION_SAFE
#define DP_FTRACE_FLAGS		(FTRACE_OPS_FL_SAVE_REGS | FTRACE_OPS_FL_RECURSION_SAFE)
#else
#define DP_FTRACE_FLAGS		FTRACE_OPS_FL_SAVE_REGS
#endif
#endif

/* For work that runs long enough to delay other work on its CPU. */
#if DP_HAVE_DFL_WQ
#define DP_UNBOUND_WORKQUEUE	system_dfl_wq
#else
#define DP_UNBOUND_WORKQUEUE	system_unbound_wq
#endif

#endif
