/* SPDX-License-Identifier: GPL-2.0 */
/*
 * packet.h: what a filter may look at of one dropped packet.
 */
#ifndef DROPPROBE_PACKET_H
#define DROPPROBE_PACKET_H

#include <linux/skbuff.h>
#include <linux/types.h>

#include "dropprobe.h"

/**
 * struct dp_packet - one dropped packet
 * @skb: itself; only bounded reads
 * @netns: cookie of its namespace, 0 where unknown
 * @peer: cookie of the namespace behind the host's interface that it came by, 0 for none
 * @network: offset of the IP header from skb->head; 0 where there is none to read
 * @reason: why
 * @family: 4, 6, or 0 for what is not IP
 * @protocol: the transport protocol's number, 0 where it could not be read
 */
struct dp_packet {
	const struct sk_buff *skb;
	u64 netns;
	u64 peer;
	u32 network;
	u32 reason;
	u8 family;
	u8 protocol;
};

u32 dp_skip_extensions(const struct sk_buff *skb, u32 network, u8 *next);

#endif
