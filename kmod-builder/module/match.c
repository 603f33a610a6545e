// SPDX-License-Identifier: GPL-2.0
/*
 * match.c: decides whether a packet passes a probe's filter. Called by the handler.
 */
#include <linux/in.h>

#include "dropprobe.h"
#include "packet.h"
#include "sorted.h"

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
	return dp_contains(match->reasons, match->reason_count, reason);
}

/* A packet that the host drops at its side of a pod's veth pair counts as the pod's. */
static bool matches_netns(const struct dp_match *match, const struct dp_packet *packet)
{
	return dp_contains(match->netns, match->netns_count, packet->netns) ||
	       (packet->peer && dp_contains(match->netns, match->netns_count, packet->peer));
}

static bool matches_ports(const struct dp_match *match, const struct dp_packet *packet)
{
	u16 source, destination;
	u32 i;

	if (!dp_packet_ports(packet, &source, &destination))
		return false;
	for (i = 0; i < match->port_count; i++)
		if (match->ports[i] == source || match->ports[i] == destination)
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
	const u32 *addresses = dp_packet_addresses(packet);
	u32 words = packet->family == 4 ? 1 : 4, i;

	for (i = 0; i < match->cidr_count; i++) {
		const struct dp_cidr *cidr = &match->cidrs[i];

		if (cidr->family == packet->family &&
		    (in_cidr(cidr, addresses, words) || in_cidr(cidr, addresses + words, words)))
			return true;
	}
	return false;
}

/* Whether a packet passes every field but the namespaces. */
static bool matches_rest(const struct dp_match *match, const struct dp_packet *packet)
{
	u32 given = match->given;

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

/**
 * dp_matches - check a packet against a filter
 * @match: the filter; a packet must pass each field that is given
 * @packet: the packet
 *
 * Return: true if the packet is to be counted.
 */
bool dp_matches(const struct dp_match *match, const struct dp_packet *packet)
{
	if ((match->given & DP_GIVEN_NETNS) && !matches_netns(match, packet))
		return false;
	return matches_rest(match, packet);
}

/**
 * dp_undecided - whether a packet might pass if its namespace were known
 * @match: the filter, which the packet does not pass
 * @packet: the packet
 *
 * Return: true if its namespace is unknown, and it might be one of the filter's.
 */
bool dp_undecided(const struct dp_match *match, const struct dp_packet *packet)
{
	return !packet->netns && (match->given & DP_GIVEN_NETNS) && match->netns_count &&
	       matches_rest(match, packet);
}
