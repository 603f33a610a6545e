/* SPDX-License-Identifier: GPL-2.0 */
/*
 * abi.h: the version of the interface to user space, and its limits. PROTOCOL.md describes the
 * interface; a test of the agent compares the limits that both sides need.
 */
#ifndef DROPPROBE_ABI_H
#define DROPPROBE_ABI_H

/*
 * Raised when a program written for the previous number would misread an answer or be misread.
 * New keys, records and files do not raise it; see PROTOCOL.md, "Compatibility".
 */
#define DP_ABI			1
#define DP_VERSION		"0.1.0"

#define DP_MANUAL		"_manual"	/* the probe of drop-packet; no name for control */

#define DP_PROBES_MAX		16		/* probes, not counting the manual one */
#define DP_NAME_MAX		63		/* characters; a DropProbe's name */
#define DP_UID_MAX		64		/* characters; a DropProbe's UID has 36 */
#define DP_OWNER_MAX		253		/* characters; a Node's name */
#define DP_TAG_MAX		64		/* characters; opaque to the module */
#define DP_COMMAND_MAX		(16 * 1024)	/* bytes */

#define DP_PORTS_MAX		16
#define DP_CIDRS_MAX		16
#define DP_REASONS_MAX		64
#define DP_NETNS_MAX		512

#define DP_LEASE_DEFAULT	600		/* seconds */
#define DP_LEASE_MAX		86400		/* seconds */

#define DP_CELLS_MIN		16		/* per CPU; rounded up to a power of two */
#define DP_CELLS_DEFAULT	512
#define DP_CELLS_MAX		65536

#define DP_FOLDED_KINDS		64		/* folded sums by kind of packet */
#define DP_FOLDED_FACTS		448		/* including those without family and protocol */
#define DP_FOLDED_MAX		576		/* including those by reason alone */

#define DP_STAGES		11		/* see stages.c */

#define DP_ADDRESSES_MAX	65536		/* addresses and interfaces, see addresses.c */

#define DP_MEMORY_DEFAULT	32		/* MiB, for the counters of all probes together */

#endif
