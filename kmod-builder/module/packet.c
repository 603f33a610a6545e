// SPDX-License-Identifier: GPL-2.0
/*
 * packet.c: reads the headers of a dropped packet, wherever they lie and however broken they are.
 * Called by the handler: no locks, no allocations, and a bounded number of reads. Its functions are
 * __always_inline, which takes effect where the module is one compilation unit (build.c).
 */
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/sock.h>

#include "dropprobe.h"
#include "packet.h"

/* IPv6 extension headers that are skipped before giving up. */
#define EXTENSIONS_MAX 16

static __always_inline u64 ip_kind(u8 family, u8 protocol)
{
	return (u64)family << DP_KIND_FAMILY_SHIFT | (u64)protocol << DP_KIND_PROTOCOL_SHIFT;
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

/*
 * Skips the extension headers of an IPv6 packet. @next is the next header of its IPv6 header, and
 * becomes the protocol behind the last extension, or 0 if it can't be known. Returns the offset of
 * the transport header from skb->head; 0 if this packet has none or it can't be known.
 *
 * A fragment other than the first has no transport header, but its own header names the protocol.
 * Not ipv6_skip_exthdr(), which takes as many steps as the sender likes.
 */
static noinline u32 skip_extensions(const struct sk_buff *skb, u32 network, u8 *next)
{
	/* Relative to skb->data; negative if a protocol has pulled its header. */
	int offset = (int)(network + sizeof(struct ipv6hdr) - skb_headroom(skb));
	u32 steps = 0;

	while (ipv6_ext_hdr(*next)) {
		/*
		 * Every extension has at least 8 bytes. The second byte, frag_hdr.reserved, is the
		 * length of those that are not fragment headers.
		 */
		struct frag_hdr copy;
		const struct frag_hdr *header;
		bool later;

		header = skb_header_pointer(skb, offset, sizeof(copy), &copy);
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

/* A packet dropped before it got an IP header, by a missing route for instance: ask its socket. */
static noinline u64 kind_of_socket(const struct sock *sk)
{
	if (!sk || !sk_fullsock(sk) || (sk->sk_family != AF_INET && sk->sk_family != AF_INET6))
		return 0;
	return ip_kind(sk->sk_family == AF_INET ? 4 : 6, sk->sk_protocol);
}

static noinline u64 kind_of_ipv6(const struct sk_buff *skb, u32 network)
{
	const struct ipv6hdr *ip = (const struct ipv6hdr *)(skb->head + network);
	u8 protocol = ip->nexthdr;

	if (ipv6_ext_hdr(protocol))
		skip_extensions(skb, network, &protocol);
	return ip_kind(6, protocol);
}

/* Whether the first @size bytes of an IP header lie in the linear part. */
static __always_inline bool has_header(const struct sk_buff *skb, u32 network, size_t size)
{
	return network && network + size <= skb_tail_pointer(skb) - skb->head;
}

/**
 * dp_packet_kind - family and transport protocol of a packet
 * @skb: the packet; skb->head is not NULL
 * @sk: its socket, or NULL
 * @network: set to the offset of the IP header from skb->head; 0 if it can't be read
 *
 * Between the driver and the protocol handlers the offset of the header is not set yet, and a
 * header may lie outside of the linear part: then the protocol and @network are 0, which means
 * "unknown".
 *
 * Return: the bits of dp_key.kind that hold family and protocol; 0 if it is not an IP packet.
 */
__always_inline u64 dp_packet_kind(const struct sk_buff *skb, const struct sock *sk, u32 *network)
{
	u32 offset = skb->network_header;

	*network = 0;
	if (likely(skb->protocol == htons(ETH_P_IP))) {
		const struct iphdr *ip = (const struct iphdr *)(skb->head + offset);

		if (unlikely(!has_header(skb, offset, sizeof(*ip)) || ip->version != 4))
			return ip_kind(4, 0);
		*network = offset;
		return ip_kind(4, ip->protocol);
	}
	if (skb->protocol == htons(ETH_P_IPV6)) {
		const struct ipv6hdr *ip = (const struct ipv6hdr *)(skb->head + offset);

		if (unlikely(!has_header(skb, offset, sizeof(*ip)) || ip->version != 6))
			return ip_kind(6, 0);
		*network = offset;
		return kind_of_ipv6(skb, offset);
	}
	return skb->protocol ? 0 : kind_of_socket(sk);
}

/* Offset of the transport header from skb->head; 0 if there is none, as in a later fragment. */
static __always_inline u32 transport_of(const struct dp_packet *packet)
{
	const u8 *header = packet->skb->head + packet->network;
	u8 next;

	if (packet->family == 4) {
		const struct iphdr *ip = (const struct iphdr *)header;

		if (ip->frag_off & htons(IP_OFFSET) || ip->ihl < 5)
			return 0;
		return packet->network + ip->ihl * 4;
	}
	next = ((const struct ipv6hdr *)header)->nexthdr;
	return skip_extensions(packet->skb, packet->network, &next);
}

/**
 * dp_packet_ports - ports of a TCP, UDP or SCTP packet
 * @packet: the packet, with an IP header that can be read (@packet->network is not 0)
 * @source: set to the source port, in host byte order
 * @destination: set to the destination port, in host byte order
 *
 * Return: false if the packet has no ports or they can't be read; then nothing is set.
 */
__always_inline bool dp_packet_ports(const struct dp_packet *packet, u16 *source, u16 *destination)
{
	const struct sk_buff *skb = packet->skb;
	const __be16 *ports;
	__be16 copy[2];
	u32 transport;

	if (packet->protocol != IPPROTO_TCP && packet->protocol != IPPROTO_UDP &&
	    packet->protocol != IPPROTO_SCTP)
		return false;
	transport = transport_of(packet);
	if (!transport)
		return false;
	if (likely(transport + sizeof(copy) <= skb_tail_pointer(skb) - skb->head))
		ports = (const __be16 *)(skb->head + transport);
	else
		ports = skb_header_pointer(skb, (int)(transport - skb_headroom(skb)), sizeof(copy),
					   copy);
	if (!ports)
		return false;
	*source = ntohs(ports[0]);
	*destination = ntohs(ports[1]);
	return true;
}

/**
 * dp_packet_addresses - source and destination address of an IP packet
 * @packet: the packet, with an IP header that can be read (@packet->network is not 0)
 *
 * Return: both addresses, one behind the other, in network byte order: 2 words of IPv4, or 8 of
 * IPv6.
 */
__always_inline const u32 *dp_packet_addresses(const struct dp_packet *packet)
{
	const u8 *header = packet->skb->head + packet->network;

	if (packet->family == 4)
		return (const u32 *)(header + offsetof(struct iphdr, saddr));
	return (const u32 *)(header + offsetof(struct ipv6hdr, saddr));
}

static bool has_ports(u8 protocol)
{
	return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP;
}

/**
 * dp_packet_destination - destination of a packet that IP has delivered to TCP or UDP
 * @skb: the packet
 * @family: set to 4 or 6
 *
 * What is sent or forwarded begins at its IP header, or before; what is delivered begins behind it.
 * So do fragments in reassembly, but those may be forwarded later.
 *
 * Return: the address in network byte order, 1 word of IPv4 or 4 of IPv6; NULL if it is not such a
 * packet, or if its header can't be read.
 */
const void *dp_packet_destination(const struct sk_buff *skb, u32 *family)
{
	u32 offset = skb->network_header;
	const u8 *header = skb->head + offset;
	const struct iphdr *ip = (const struct iphdr *)header;
	const struct ipv6hdr *ip6 = (const struct ipv6hdr *)header;

	if (!skb->head || skb_headroom(skb) <= offset)
		return NULL;
	if (skb->protocol == htons(ETH_P_IP) && has_header(skb, offset, sizeof(*ip))) {
		*family = 4;
		return ip->version == 4 && !ip_is_fragment(ip) && has_ports(ip->protocol) ?
			       &ip->daddr :
			       NULL;
	}
	if (skb->protocol == htons(ETH_P_IPV6) && has_header(skb, offset, sizeof(*ip6))) {
		*family = 6;
		return ip6->version == 6 && has_ports(ip6->nexthdr) ? &ip6->daddr : NULL;
	}
	return NULL;
}
