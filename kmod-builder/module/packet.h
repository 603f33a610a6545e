/* SPDX-License-Identifier: GPL-2.0 */
/*
 * packet.h: what is known of one dropped packet, gathered once for all probes.
 */
#ifndef DROPPROBE_PACKET_H
#define DROPPROBE_PACKET_H

#include <linux/skbuff.h>
#include <linux/types.h>

#include "dropprobe.h"

/**
 * struct dp_packet - one dropped packet
 * @skb: itself; only bounded reads
 * @key: of its cell
 * @netns: cookie of its namespace, 0 where unknown
 * @bytes: its length
 * @extra_segments: beyond one
 * @network: offset of the IP header from skb->head; 0 where there is none to read
 * @reason: why
 * @family: 4, 6, or 0 for what is not IP
 * @protocol: the transport protocol's number, 0 where it could not be read
 */
struct dp_packet {
	const struct sk_buff *skb;
	struct dp_key key;
	u64 netns;
	u32 bytes;
	u32 extra_segments;
	u32 network;
	u32 reason;
	u8 family;
	u8 protocol;
};

#endif
