/* SPDX-License-Identifier: GPL-2.0 */
/*
 * packet.h: what the handler and the filters read from a dropped packet.
 */
#ifndef DROPPROBE_PACKET_H
#define DROPPROBE_PACKET_H

#include <linux/skbuff.h>
#include <net/sock.h>

#include "types.h"

/**
 * struct dp_packet - what a filter may look at
 * @skb: the packet; may be read within its bounds only
 * @netns: cookie of its network namespace, 0 if unknown
 * @peer: cookie of the namespace of the veth peer of its interface, for interfaces of the host; 0
 *	  if none
 * @network: offset of the IP header from skb->head; 0 if no IP header can be read
 * @reason: drop reason
 * @family: 4, 6, or 0 if it is not an IP packet
 * @protocol: number of the transport protocol, 0 if unknown
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

u64 dp_packet_kind(const struct sk_buff *skb, const struct sock *sk, u32 *network);
bool dp_packet_ports(const struct dp_packet *packet, u16 *source, u16 *destination);
const u32 *dp_packet_addresses(const struct dp_packet *packet);
const void *dp_packet_destination(const struct sk_buff *skb, u32 *family);

#endif
