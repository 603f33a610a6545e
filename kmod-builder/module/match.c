// SPDX-License-Identifier: GPL-2.0
/*
 * match.c: does this packet pass this probe's filter? Called by the handler for probes that have one.
 */
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "packet.h"

static u8 protocol_bit(u8 protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
		return DP_TCP;
	case IPPROTO_UDP:
		return DP_UDP;
	case IPPROTO_ICMP:
		return DP_ICMP;
	case IPPROTO_ICMPV6:
		return DP_ICMPV6;
	case IPPROTO_SCTP:
		return DP_SCTP;
	}
	return DP_OTHER;
}

static u8 family_bit(u8 family)
{
	return family == 4 ? DP_IPV4 : family == 6 ? DP_IPV6 : 0;
}

static bool has_reason(const struct dp_match *match, u32 reason)
{
	u32 low = 0, high = match->reason_count;

	while (low < high) {
		u32 middle = (low + high) / 2;

		if (match->reasons[middle] == reason)
			return true;
		if (match->reasons[middle] < reason)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

static bool has_netns(const struct dp_match *match, u64 netns)
{
	u32 low = 0, high = match->netns_count;

	while (low < high) {
		u32 middle = (low + high) / 2;

		if (match->netns[middle] == netns)
			return true;
		if (match->netns[middle] < netns)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

/* Offset, from skb->head, of the transport header; 0 where there is none in this packet (a later fragment) or it is not known. */
static u32 transport_of(const struct dp_packet *packet)
{
	int offset = packet->network - skb_headroom(packet->skb);
	u32 length;

	if (packet->family == 4) {
		struct iphdr copy;
		const struct iphdr *ip = skb_header_pointer(packet->skb, offset, sizeof(copy), &copy);

		if (!ip || (ip->frag_off & htons(IP_OFFSET)))
			return 0;
		length = ip->ihl * 4;
	} else {
		__be16 fragment = 0;
		u8 next;
		struct ipv6hdr copy;
		const struct ipv6hdr *ip = skb_header_pointer(packet->skb, offset, sizeof(copy), &copy);
		int end;

		if (!ip)
			return 0;
		next = ip->nexthdr;
		end = ipv6_skip_exthdr(packet->skb, offset + sizeof(*ip), &next, &fragment);
		if (end < 0 || (fragment & htons(IP6_OFFSET)))
			return 0;
		length = end - offset;
	}
	return packet->network + length;
}

static bool matches_ports(const struct dp_match *match, const struct dp_packet *packet)
{
	__be16 copy[2];
	const __be16 *ports;
	u32 transport, i;

	if (packet->protocol != IPPROTO_TCP && packet->protocol != IPPROTO_UDP && packet->protocol != IPPROTO_SCTP)
		return false;
	transport = transport_of(packet);
	if (!transport)
		return false;
	ports = skb_header_pointer(packet->skb, (int)(transport - skb_headroom(packet->skb)), sizeof(copy), copy);
	if (!ports)
		return false;
	for (i = 0; i < match->port_count; i++)
		if (match->ports[i] == ntohs(ports[0]) || match->ports[i] == ntohs(ports[1]))
			return true;
	return false;
}

static bool in_cidr(const struct dp_cidr *cidr, const u8 *address, u32 length)
{
	u32 i;

	for (i = 0; i < length; i++)
		if ((address[i] & cidr->mask[i]) != cidr->address[i])
			return false;
	return true;
}

static bool matches_cidrs(const struct dp_match *match, const struct dp_packet *packet)
{
	u32 length = packet->family == 4 ? 4 : 16, i;
	u32 source = packet->family == 4 ? offsetof(struct iphdr, saddr) : offsetof(struct ipv6hdr, saddr);
	const u8 *addresses;
	u8 copy[32];

	addresses = skb_header_pointer(packet->skb, (int)(packet->network + source - skb_headroom(packet->skb)),
				       2 * length, copy);
	if (!addresses)
		return false;
	for (i = 0; i < match->cidr_count; i++) {
		const struct dp_cidr *cidr = &match->cidrs[i];

		if (cidr->family == packet->family &&
		    (in_cidr(cidr, addresses, length) || in_cidr(cidr, addresses + length, length)))
			return true;
	}
	return false;
}

/**
 * dp_matches - whether a packet passes a filter: each part that is there must let it pass
 * @match: the filter
 * @packet: the packet
 *
 * Return: true if it is to be counted.
 */
bool dp_matches(const struct dp_match *match, const struct dp_packet *packet)
{
	u32 given = match->given;

	if ((given & DP_GIVEN_NETNS) && !has_netns(match, packet->netns))
		return false;
	if ((given & DP_GIVEN_FAMILIES) && !(match->families & family_bit(packet->family)))
		return false;
	if ((given & DP_GIVEN_PROTOCOLS) && !(match->protocols & protocol_bit(packet->protocol)))
		return false;
	if ((given & DP_GIVEN_REASONS) && !has_reason(match, packet->reason))
		return false;
	if ((given & DP_GIVEN_NOT_REASONS) && has_reason(match, packet->reason))
		return false;
	if (!(given & (DP_GIVEN_PORTS | DP_GIVEN_CIDRS)))
		return true;
	if (!packet->network)
		return false;
	if ((given & DP_GIVEN_PORTS) && !matches_ports(match, packet))
		return false;
	return !(given & DP_GIVEN_CIDRS) || matches_cidrs(match, packet);
}
