// SPDX-License-Identifier: GPL-2.0
/*
 * match.c: decides whether a packet passes a probe's filter. Called by the handler, which inlines
 * it where the module is one compilation unit (build.c).
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

static __always_inline bool matches_ports(const struct dp_match *match, struct dp_packet *packet)
{
	const __be16 *port = match->ports;

	if (!packet->ports_read)
		packet->ports = dp_packet_ports(packet);
	packet->ports_read = true;
	for (; port < match->ports + match->port_count; port++)
		if (*port == packet->ports.source || *port == packet->ports.destination)
			return true;
	return false;
}

static bool in_cidr(const struct dp_cidr *cidr, const __be32 *address)
{
	u32 i;

	for (i = 0; i < 4; i++)
		if ((address[i] & cidr->mask[i]) != cidr->address[i])
			return false;
	return true;
}

static noinline bool matches_ipv6_cidrs(const struct dp_match *match, const __be32 *addresses)
{
	const struct dp_cidr *cidr = match->cidrs;

	for (; cidr < match->cidrs + match->cidr_count; cidr++)
		if (cidr->family == 6 && (in_cidr(cidr, addresses) || in_cidr(cidr, addresses + 4)))
			return true;
	return false;
}

static __always_inline bool matches_cidrs(const struct dp_match *match,
					  const struct dp_packet *packet)
{
	const __be32 *addresses = dp_packet_addresses(packet);
	const struct dp_cidr *cidr = match->cidrs;

	if (dp_packet_family(packet) != 4)
		return matches_ipv6_cidrs(match, addresses);
	for (; cidr < match->cidrs + match->cidr_count; cidr++)
		if (cidr->family == 4 && ((addresses[0] & *cidr->mask) == *cidr->address ||
					  (addresses[1] & *cidr->mask) == *cidr->address))
			return true;
	return false;
}

/* The keys that few filters have. */
#define RARE (DP_GIVEN_NETNS | DP_GIVEN_FAMILIES | DP_GIVEN_REASONS | DP_GIVEN_NOT_REASONS)

/* A packet that the host drops at its side of a pod's veth pair counts as the pod's. */
static bool matches_netns(const struct dp_match *match, u64 netns, u64 peer)
{
	return dp_contains(match->netns, match->netns_count, netns) ||
	       (peer && dp_contains(match->netns, match->netns_count, peer));
}

static bool matches_reasons(const struct dp_match *match, u64 kind, u32 reason)
{
	u32 given = match->given;

	if ((given & DP_GIVEN_FAMILIES) &&
	    !(match->families & family_bit(DP_KIND_GET(FAMILY, kind))))
		return false;
	if ((given & DP_GIVEN_REASONS) && !has_reason(match, reason))
		return false;
	return !(given & DP_GIVEN_NOT_REASONS) || !has_reason(match, reason);
}

/* Takes values, so that dp_matches() can keep the packet in registers. */
static noinline bool matches_rare(const struct dp_match *match, const struct dp_device *device,
				  u64 kind, u64 owner, u32 reason)
{
	u64 netns = kind & DP_KIND_CGROUP ? dp_host_netns : owner;
	u64 peer = device && netns == dp_host_netns ? READ_ONCE(device->peer) : 0;

	if ((match->given & DP_GIVEN_NETNS) && !matches_netns(match, netns, peer))
		return false;
	return matches_reasons(match, kind, reason);
}

static __always_inline bool matches_headers(const struct dp_match *match, struct dp_packet *packet)
{
	u32 given = match->given;

	if ((given & DP_GIVEN_PROTOCOLS) &&
	    !(match->protocols & protocol_bit(dp_packet_protocol(packet))))
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
 * @packet: the packet; its ports are kept for the next filter
 *
 * Return: true if the packet is to be counted.
 */
__always_inline bool dp_matches(const struct dp_match *match, struct dp_packet *packet)
{
	const struct dp_key *key = &packet->key;

	if (unlikely(match->given & RARE) &&
	    !matches_rare(match, packet->device, key->kind, key->owner, DP_KEY_REASON(key)))
		return false;
	return matches_headers(match, packet);
}

/**
 * dp_might_match - check a packet whose namespace is unknown against the rest of a filter
 * @match: the filter
 * @packet: the packet
 *
 * Return: true if the filter has namespaces, and the packet passes all else.
 */
bool dp_might_match(const struct dp_match *match, struct dp_packet *packet)
{
	const struct dp_key *key = &packet->key;

	return (match->given & DP_GIVEN_NETNS) && match->netns_count &&
	       matches_reasons(match, key->kind, DP_KEY_REASON(key)) &&
	       matches_headers(match, packet);
}
