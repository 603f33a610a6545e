/* SPDX-License-Identifier: GPL-2.0 */
/*
 * packet.h: what the handler and the filters read from a dropped packet.
 */
#ifndef DROPPROBE_PACKET_H
#define DROPPROBE_PACKET_H

#include <linux/skbuff.h>
#include <net/sock.h>

#include "dropprobe.h"

/* Cookie of the initial namespace. Set before the first hook, constant afterwards. */
extern u64 dp_host_netns;

/* Stands for the protocols that are not distinguished. */
#define DP_OTHER_PROTOCOL 255

/**
 * struct dp_ports - the ports of a packet, as they stand in it
 * @source: 0 if the packet has none or they can't be read
 * @destination: the same
 */
struct dp_ports {
	__be16 source;
	__be16 destination;
};

/**
 * struct dp_packet - what a filter may look at
 * @skb: the packet; may be read within its bounds only
 * @device: the entry of its interface, if that decides its namespace; otherwise NULL
 * @key: the key of its cell
 * @network: offset of the IP header from skb->head; 0 if no IP header can be read
 * @ports_read: @ports was read
 * @ports: see dp_packet_ports()
 */
struct dp_packet {
	const struct sk_buff *skb;
	const struct dp_device *device;
	struct dp_key key;
	u32 network;
	bool ports_read;
	struct dp_ports ports;
};

/**
 * dp_packet_family - IP version of a packet
 * @packet: the packet
 *
 * Return: 4, 6, or 0 if it is not an IP packet.
 */
static __always_inline u8 dp_packet_family(const struct dp_packet *packet)
{
	return DP_KIND_GET(FAMILY, packet->key.kind);
}

/**
 * dp_packet_protocol - transport protocol of a packet
 * @packet: the packet
 *
 * Return: its number, DP_OTHER_PROTOCOL, or 0 if it is unknown.
 */
static __always_inline u8 dp_packet_protocol(const struct dp_packet *packet)
{
	return DP_KIND_GET(PROTOCOL, packet->key.kind);
}

u64 dp_packet_kind(const struct sk_buff *skb, const struct sock *sk, u32 *network);
struct dp_ports dp_packet_ports(const struct dp_packet *packet);
const __be32 *dp_packet_addresses(const struct dp_packet *packet);
const void *dp_packet_destination(const struct sk_buff *skb, u32 *family);

#endif
