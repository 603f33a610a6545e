/* SPDX-License-Identifier: GPL-2.0 */
/*
 * abi.h: the one place for the version of what user space reads and writes, and for every limit of it.
 */
#ifndef DROPPROBE_ABI_H
#define DROPPROBE_ABI_H

/* Goes up when a reader or writer made for the number before would misunderstand; new keys and kinds of record do not raise it. */
#define DP_ABI			1
#define DP_VERSION		"0.1.0"

#define DP_MANUAL		"_manual"	/* the probe of interface 1; no name given to control can be this */

#define DP_PROBES_MAX		16		/* probes besides the manual one */
#define DP_NAME_MAX		63		/* characters; a DropProbe's name */
#define DP_UID_MAX		64		/* characters; a DropProbe's UID has 36 */
#define DP_OWNER_MAX		253		/* characters; a Node's name */
#define DP_TAG_MAX		64		/* characters; what the agent wants to know a probe's filter by */
#define DP_COMMAND_MAX		(16 * 1024)	/* bytes */

#define DP_PORTS_MAX		16
#define DP_CIDRS_MAX		16
#define DP_REASONS_MAX		64
#define DP_NETNS_MAX		512

#define DP_LEASE_DEFAULT	600		/* seconds */
#define DP_LEASE_MAX		86400		/* seconds */

#define DP_CELLS_MIN		16		/* for each CPU; rounded up to a power of two */
#define DP_CELLS_DEFAULT	512
#define DP_CELLS_MAX		65536

#define DP_FOLDED_KINDS		256		/* sums over namespaces that are gone: kinds of drops, not namespaces */
#define DP_FOLDED_MAX		512		/* with those that keep the reason and the place only */

#define DP_STAGES		11		/* places where packets are counted on demand, see stages.c */

#define DP_MEMORY_DEFAULT	32		/* MiB, for the counters of all probes */

#endif
