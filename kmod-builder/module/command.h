/* SPDX-License-Identifier: GPL-2.0 */
/*
 * command.h: a parsed command of the control file. The parser touches no kernel state, so that it
 * can be compiled and fuzzed in user space.
 */
#ifndef DROPPROBE_COMMAND_H
#define DROPPROBE_COMMAND_H

#include "abi.h"
#include "types.h"

enum dp_verb {
	DP_ADD,
	DP_SET,
	DP_ACTIVATE,
	DP_DEACTIVATE,
	DP_RENEW,
	DP_REMOVE,
	DP_VERBS,
};

/* clang-format off */

/* The keys of a command, as bits of dp_command.given. */
enum dp_given {
	DP_GIVEN_UID		= 1 << 0,
	DP_GIVEN_OWNER		= 1 << 1,
	DP_GIVEN_LEASE		= 1 << 2,
	DP_GIVEN_PROTOCOLS	= 1 << 3,
	DP_GIVEN_FAMILIES	= 1 << 4,
	DP_GIVEN_PORTS		= 1 << 5,
	DP_GIVEN_CIDRS		= 1 << 6,
	DP_GIVEN_REASONS	= 1 << 7,
	DP_GIVEN_NOT_REASONS	= 1 << 8,
	DP_GIVEN_NETNS		= 1 << 9,
	DP_GIVEN_CELLS		= 1 << 10,
	DP_GIVEN_STAGES		= 1 << 11,
	DP_GIVEN_TAG		= 1 << 12,
};

/* The keys that select packets. */
#define DP_GIVEN_FILTER	(DP_GIVEN_PROTOCOLS | DP_GIVEN_FAMILIES | DP_GIVEN_PORTS | \
			 DP_GIVEN_CIDRS | DP_GIVEN_REASONS | DP_GIVEN_NOT_REASONS | \
			 DP_GIVEN_NETNS)

/* Bits of dp_match.protocols. */
enum dp_protocol {
	DP_TCP		= 1 << 0,
	DP_UDP		= 1 << 1,
	DP_ICMP		= 1 << 2,
	DP_ICMPV6	= 1 << 3,
	DP_SCTP		= 1 << 4,
	DP_OTHER	= 1 << 5,
};

/* Bits of dp_match.families. */
enum dp_family {
	DP_IPV4		= 1 << 0,
	DP_IPV6		= 1 << 1,
};

/* clang-format on */

/**
 * struct dp_cidr - an address prefix
 * @family: 4 or 6
 * @address: in network byte order; IPv4 uses the first word, the others are 0
 * @mask: the bits of the prefix
 */
struct dp_cidr {
	u8 family;
	__be32 address[4];
	__be32 mask[4];
};

/**
 * struct dp_match - the packets that a probe counts
 * @given: the fields that restrict (DP_GIVEN_*); an absent field matches every packet, an empty
 *	   list none
 * @protocols: bits of enum dp_protocol
 * @families: bits of enum dp_family
 * @port_count: length of @ports
 * @cidr_count: length of @cidrs
 * @reason_count: length of @reasons
 * @netns_count: length of @netns
 * @ports: in network byte order
 * @cidrs: prefixes of the source or destination address
 * @reasons: drop reasons, ascending; those to count or, with DP_GIVEN_NOT_REASONS, not to count
 * @netns: cookies of network namespaces, ascending
 */
struct dp_match {
	u32 given;
	u8 protocols;
	u8 families;
	u16 port_count;
	u16 cidr_count;
	u16 reason_count;
	u16 netns_count;
	__be16 ports[DP_PORTS_MAX];
	struct dp_cidr cidrs[DP_CIDRS_MAX];
	u64 reasons[DP_REASONS_MAX];
	u64 netns[DP_NETNS_MAX];
};

/**
 * struct dp_command - one parsed command
 * @verb: what to do
 * @given: the keys that the command has (DP_GIVEN_*)
 * @name: name of the probe; points, like the next three, into the parsed text
 * @uid: UID of the probe
 * @owner: owner of the probe
 * @tag: stored with the probe and printed with it; NULL if not given
 * @lease: in seconds
 * @cells: per CPU
 * @stages: whether to count packets at the stages too
 * @match: which packets to count
 */
struct dp_command {
	enum dp_verb verb;
	u32 given;
	const char *name;
	const char *uid;
	const char *owner;
	const char *tag;
	u32 lease;
	u32 cells;
	bool stages;
	struct dp_match match;
};

int dp_parse_command(char *text, size_t length, struct dp_command *command);

#endif
