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
#include <net/tcp.h>

#include "dropprobe.h"
#include "packet.h"

u64 dp_host_netns __read_mostly;

/* IPv6 extension headers that are skipped before giving up. */
#define EXTENSIONS_MAX 16

/*
 * The protocols that are distinguished. A sender chooses the protocol of its packets, and could
 * fill a table with 256 of them.
 */
static const bool known_protocols[256] = {
	[IPPROTO_ICMP] = true, [IPPROTO_IGMP] = true, [IPPROTO_IPIP] = true,   [IPPROTO_TCP] = true,
	[IPPROTO_UDP] = true,  [IPPROTO_IPV6] = true, [IPPROTO_GRE] = true,    [IPPROTO_ESP] = true,
	[IPPROTO_AH] = true,   [IPPROTO_SCTP] = true, [IPPROTO_ICMPV6] = true,
};

static __always_inline u64 ip_kind(u8 family, u8 protocol)
{
	u8 number = known_protocols[protocol] ? protocol : DP_OTHER_PROTOCOL;

	return DP_KIND(FAMILY, family) | DP_KIND(PROTOCOL, number);
}

/* The protocol is unknown. */
static __always_inline u64 family_kind(u8 family)
{
	return DP_KIND(FAMILY, family);
}

/*
 * Kind of a TCP segment. @length counts from the TCP header on, as the IP header says; a packet of
 * more than 64 KiB, which GRO has made, does not say it, and has data. What IP has delivered says
 * it itself: a backlog may have merged segments under the IP header of the first.
 */
static __always_inline u64 tcp_kind(const struct sk_buff *skb, u32 transport, u32 length)
{
	const struct tcphdr *tcp = (const struct tcphdr *)(skb->head + transport);
	u8 flags;

	if (unlikely(transport + sizeof(*tcp) > skb_tail_pointer(skb) - skb->head))
		return 0;
	flags = tcp_flag_byte(tcp);
	if (flags & (TCPHDR_SYN | TCPHDR_RST))
		return DP_KIND(TCP, flags & TCPHDR_SYN ? DP_TCP_SYN : DP_TCP_RST);
	if (skb_headroom(skb) >= transport)
		length = skb_headroom(skb) + skb->len - transport;
	if (length != tcp->doff * 4)
		return DP_KIND(TCP, DP_TCP_DATA);
	return flags & TCPHDR_FIN ? DP_KIND(TCP, DP_TCP_FIN) : DP_KIND(TCP, DP_TCP_EMPTY);
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

/* A socket of IPv6 that is connected to an IPv4 address sends IPv4. */
static u8 family_of_socket(const struct sock *sk)
{
	if (sk->sk_family == AF_INET)
		return 4;
#if IS_ENABLED(CONFIG_IPV6)
	if (ipv6_addr_v4mapped(&sk->sk_v6_daddr))
		return 4;
#endif
	return 6;
}

/* A packet dropped before it got an IP header, by a missing route for instance: ask its socket. */
static noinline u64 kind_of_socket(const struct sock *sk)
{
	if (!sk || !sk_fullsock(sk) || (sk->sk_family != AF_INET && sk->sk_family != AF_INET6))
		return 0;
	return ip_kind(family_of_socket(sk), sk->sk_protocol);
}

static noinline u64 kind_of_ipv6(const struct sk_buff *skb, u32 network)
{
	const struct ipv6hdr *ip = (const struct ipv6hdr *)(skb->head + network);
	u32 transport = network + sizeof(*ip);
	u8 protocol = ip->nexthdr;
	u64 kind = 0;

	if (ipv6_ext_hdr(protocol)) {
		transport = skip_extensions(skb, network, &protocol);
		if (!protocol)
			return family_kind(6);
	}
	if (ipv6_addr_is_multicast(&ip->daddr))
		kind = DP_KIND(ADDRESSEE, DP_GROUP);
	if (protocol == IPPROTO_TCP && transport)
		kind |= tcp_kind(skb, transport,
				 network + sizeof(*ip) + ntohs(ip->payload_len) - transport);
	return kind | ip_kind(6, protocol);
}

static __always_inline u64 kind_of_ipv4(const struct sk_buff *skb, u32 network)
{
	const struct iphdr *ip = (const struct iphdr *)(skb->head + network);
	u32 size = ip->ihl * 4;
	u64 kind = ip_kind(4, ip->protocol);

	if (unlikely(ipv4_is_multicast(ip->daddr)))
		kind |= DP_KIND(ADDRESSEE, DP_GROUP);
	if (ip->protocol == IPPROTO_TCP && likely(!(ip->frag_off & htons(IP_OFFSET))))
		kind |= tcp_kind(skb, network + size, ntohs(ip->tot_len) - size);
	return kind;
}

/* Whether the first @size bytes of an IP header lie in the linear part. */
static __always_inline bool has_header(const struct sk_buff *skb, u32 network, size_t size)
{
	return network && network + size <= skb_tail_pointer(skb) - skb->head;
}

/**
 * dp_packet_kind - family, transport protocol, group and kind of TCP segment of a packet
 * @skb: the packet; skb->head is not NULL
 * @sk: its socket, or NULL
 * @network: set to the offset of the IP header from skb->head; 0 if it can't be read
 *
 * Between the driver and the protocol handlers the offset of the header is not set yet, and a
 * header may lie outside of the linear part: then all but the family is 0, which means "unknown".
 *
 * Return: the bits of dp_key.kind that hold these; 0 if it is not an IP packet.
 */
__always_inline u64 dp_packet_kind(const struct sk_buff *skb, const struct sock *sk, u32 *network)
{
	u32 offset = skb->network_header;

	*network = 0;
	if (likely(skb->protocol == htons(ETH_P_IP))) {
		const struct iphdr *ip = (const struct iphdr *)(skb->head + offset);

		if (unlikely(!has_header(skb, offset, sizeof(*ip)) || ip->version != 4))
			return family_kind(4);
		*network = offset;
		return kind_of_ipv4(skb, offset);
	}
	if (skb->protocol == htons(ETH_P_IPV6)) {
		const struct ipv6hdr *ip = (const struct ipv6hdr *)(skb->head + offset);

		if (unlikely(!has_header(skb, offset, sizeof(*ip)) || ip->version != 6))
			return family_kind(6);
		*network = offset;
		return kind_of_ipv6(skb, offset);
	}
	return skb->protocol ? 0 : kind_of_socket(sk);
}

static noinline u32 transport_of_ipv6(const struct sk_buff *skb, u32 network)
{
	u8 next = ((const struct ipv6hdr *)(skb->head + network))->nexthdr;

	return skip_extensions(skb, network, &next);
}

/* Offset of the transport header from skb->head; 0 if there is none, as in a later fragment. */
static __always_inline u32 transport_of(const struct dp_packet *packet)
{
	const struct iphdr *ip = (const struct iphdr *)(packet->skb->head + packet->network);

	if (unlikely(dp_packet_family(packet) != 4))
		return transport_of_ipv6(packet->skb, packet->network);
	if (ip->frag_off & htons(IP_OFFSET) || ip->ihl < 5)
		return 0;
	return packet->network + ip->ihl * 4;
}

/* The ports lie outside of the linear part. */
static noinline struct dp_ports ports_elsewhere(const struct sk_buff *skb, u32 transport)
{
	struct dp_ports copy = {};
	const struct dp_ports *ports;

	ports = skb_header_pointer(skb, (int)(transport - skb_headroom(skb)), sizeof(copy), &copy);
	return ports ? *ports : (struct dp_ports){};
}

/**
 * dp_packet_ports - ports of a TCP, UDP or SCTP packet
 * @packet: the packet, with an IP header that can be read (@packet->network is not 0)
 *
 * Return: the ports.
 */
__always_inline struct dp_ports dp_packet_ports(const struct dp_packet *packet)
{
	const struct sk_buff *skb = packet->skb;
	u32 transport;

	switch (dp_packet_protocol(packet)) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_SCTP:
		break;
	default:
		return (struct dp_ports){};
	}
	transport = transport_of(packet);
	if (!transport)
		return (struct dp_ports){};
	if (likely(transport + sizeof(struct dp_ports) <= skb_tail_pointer(skb) - skb->head))
		return *(const struct dp_ports *)(skb->head + transport);
	return ports_elsewhere(skb, transport);
}

/**
 * dp_packet_addresses - source and destination address of an IP packet
 * @packet: the packet, with an IP header that can be read (@packet->network is not 0)
 *
 * Return: both addresses, one behind the other: 2 words of IPv4, or 8 of IPv6.
 */
__always_inline const __be32 *dp_packet_addresses(const struct dp_packet *packet)
{
	const u8 *header = packet->skb->head + packet->network;

	if (dp_packet_family(packet) == 4)
		return (const __be32 *)(header + offsetof(struct iphdr, saddr));
	return (const __be32 *)(header + offsetof(struct ipv6hdr, saddr));
}

static bool is_tcp_or_udp(u8 protocol)
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
		return ip->version == 4 && !ip_is_fragment(ip) && is_tcp_or_udp(ip->protocol) ?
			       &ip->daddr :
			       NULL;
	}
	if (skb->protocol == htons(ETH_P_IPV6) && has_header(skb, offset, sizeof(*ip6))) {
		*family = 6;
		return ip6->version == 6 && is_tcp_or_udp(ip6->nexthdr) ? &ip6->daddr : NULL;
	}
	return NULL;
}
