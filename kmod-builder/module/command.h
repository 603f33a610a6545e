/* SPDX-License-Identifier: GPL-2.0 */
/*
 * command.h: what one write to the control file says, taken apart. No kernel state is touched here, so that the parser can
 * be compiled and fuzzed in user space.
 */
#ifndef DROPPROBE_COMMAND_H
#define DROPPROBE_COMMAND_H

#include "abi.h"

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
#endif

enum dp_verb {
	DP_ADD,
	DP_SET,
	DP_ACTIVATE,
	DP_DEACTIVATE,
	DP_RENEW,
	DP_REMOVE,
	DP_VERBS,
};

/* Keys of a command; the bits of dp_command.given. */
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

/* Those that make a packet pass or not. */
#define DP_GIVEN_FILTER	(DP_GIVEN_PROTOCOLS | DP_GIVEN_FAMILIES | DP_GIVEN_PORTS | DP_GIVEN_CIDRS | \
			 DP_GIVEN_REASONS | DP_GIVEN_NOT_REASONS | DP_GIVEN_NETNS)

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

/**
 * struct dp_cidr - addresses that share a prefix
 * @family: 4 or 6
 * @address: network byte order; of IPv4 the first word is used, the others are 0
 * @mask: the bits that count
 */
struct dp_cidr {
	u8 family;
	u32 address[4];
	u32 mask[4];
};

/**
 * struct dp_match - which packets a probe counts
 * @given: the parts that restrict (DP_GIVEN_*); an absent part lets every packet pass, an empty list none
 * @ports: host byte order
 * @reasons: ascending; those wanted, or with DP_GIVEN_NOT_REASONS those not wanted
 * @netns: cookies, ascending
 */
struct dp_match {
	u32 given;
	u8 protocols;
	u8 families;
	u16 port_count;
	u16 cidr_count;
	u16 reason_count;
	u16 netns_count;
	u16 ports[DP_PORTS_MAX];
	struct dp_cidr cidrs[DP_CIDRS_MAX];
	u32 reasons[DP_REASONS_MAX];
	u64 netns[DP_NETNS_MAX];
};

/**
 * struct dp_command - one command
 * @given: the keys that were there (DP_GIVEN_*)
 * @name: of the probe; this and the next three point into the parsed text
 * @tag: kept with the probe and shown with it; NULL where none was given
 * @lease: seconds
 * @cells: for each CPU
 * @stages: wanted
 * @match: what is to be counted
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

/**
 * dp_contains - whether a number is in a list
 * @ascending: the list
 * @count: its length
 * @value: the number
 *
 * Return: true if it is.
 */
static inline bool dp_contains(const u64 *ascending, u32 count, u64 value)
{
	u32 low = 0, high = count;

	while (low < high) {
		u32 middle = low + (high - low) / 2;

		if (ascending[middle] == value)
			return true;
		if (ascending[middle] < value)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

int dp_compare_u64(const void *a, const void *b);
int dp_parse_command(char *text, size_t length, struct dp_command *command);

#endif
