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

/* Those that are looked behind. */
#define EXTENSIONS_MAX 16

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

/* A packet that a policy of the host drops, on its side of a pod's cable, is one of that pod's. */
static bool matches_netns(const struct dp_match *match, const struct dp_packet *packet)
{
	return dp_contains(match->netns, match->netns_count, packet->netns) ||
	       (packet->peer && dp_contains(match->netns, match->netns_count, packet->peer));
}

static u32 extension_size(u8 kind, const struct frag_hdr *header)
{
	switch (kind) {
	case NEXTHDR_FRAGMENT:
		return sizeof(*header);
	case NEXTHDR_AUTH:
		return (header->reserved + 2) * 4;
	default:
		return (header->reserved + 1) * 8;
	}
}

/**
 * dp_skip_extensions - look behind an IPv6 packet's extension headers, with reads that are bounded wherever its bytes lie
 * @skb: the packet
 * @network: offset of its IPv6 header from skb->head
 * @next: that header's next one; becomes what comes behind the last extension, 0 where that is not known
 *
 * A fragment that is not the first ends the look: its header names what is in it. Not ipv6_skip_exthdr(), which takes as many steps as the sender likes.
 *
 * Return: offset of the transport header from skb->head; 0 where there is none in this packet, or it is not known.
 */
noinline u32 dp_skip_extensions(const struct sk_buff *skb, u32 network, u8 *next)
{
	/* Negative where a protocol has pulled its header. */
	int offset = (int)(network + sizeof(struct ipv6hdr) - skb_headroom(skb));
	u32 steps = 0;

	while (ipv6_ext_hdr(*next)) {
		/* Any extension has at least 8 bytes; in the place of @reserved others than fragments have their size. */
		struct frag_hdr copy;
		const struct frag_hdr *header = skb_header_pointer(skb, offset, sizeof(copy), &copy);
		bool later;

		if (!header || *next == NEXTHDR_NONE || steps++ == EXTENSIONS_MAX) {
			*next = 0;
			return 0;
		}
		later = *next == NEXTHDR_FRAGMENT && header->frag_off & htons(IP6_OFFSET);
		offset += extension_size(*next, header);
		*next = header->nexthdr;
		if (later)
			return 0;
	}
	return offset + skb_headroom(skb);
}

/* Offset, from skb->head, of any packet's transport header; a later fragment has none. Its IP header lies in the linear part, or @network would be 0. */
static u32 transport_of(const struct dp_packet *packet)
{
	const u8 *header = packet->skb->head + packet->network;
	u8 next;

	if (packet->family == 4) {
		const struct iphdr *ip = (const struct iphdr *)header;

		return ip->frag_off & htons(IP_OFFSET) || ip->ihl < 5 ? 0 : packet->network + ip->ihl * 4;
	}
	next = ((const struct ipv6hdr *)header)->nexthdr;
	return dp_skip_extensions(packet->skb, packet->network, &next);
}

static bool matches_ports(const struct dp_match *match, const struct dp_packet *packet)
{
	const struct sk_buff *skb = packet->skb;
	const __be16 *ports;
	__be16 copy[2];
	u32 transport, i;

	if (packet->protocol != IPPROTO_TCP && packet->protocol != IPPROTO_UDP && packet->protocol != IPPROTO_SCTP)
		return false;
	transport = transport_of(packet);
	if (!transport)
		return false;
	if (likely(transport + sizeof(copy) <= skb_tail_pointer(skb) - skb->head))
		ports = (const __be16 *)(skb->head + transport);
	else
		ports = skb_header_pointer(skb, (int)(transport - skb_headroom(skb)), sizeof(copy), copy);
	if (!ports)
		return false;
	for (i = 0; i < match->port_count; i++)
		if (match->ports[i] == ntohs(ports[0]) || match->ports[i] == ntohs(ports[1]))
			return true;
	return false;
}

static bool in_cidr(const struct dp_cidr *cidr, const u32 *address, u32 words)
{
	u32 i;

	for (i = 0; i < words; i++)
		if ((address[i] & cidr->mask[i]) != cidr->address[i])
			return false;
	return true;
}

static bool matches_cidrs(const struct dp_match *match, const struct dp_packet *packet)
{
	const u8 *header = packet->skb->head + packet->network;
	u32 words = packet->family == 4 ? 1 : 4, i;
	const u32 *addresses = (const u32 *)(header + (packet->family == 4 ? offsetof(struct iphdr, saddr) :
						       offsetof(struct ipv6hdr, saddr)));

	for (i = 0; i < match->cidr_count; i++) {
		const struct dp_cidr *cidr = &match->cidrs[i];

		if (cidr->family == packet->family &&
		    (in_cidr(cidr, addresses, words) || in_cidr(cidr, addresses + words, words)))
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

	if ((given & DP_GIVEN_NETNS) && !matches_netns(match, packet))
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
