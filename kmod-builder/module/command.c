// SPDX-License-Identifier: GPL-2.0
/*
 * command.c: parses one command of the control file, and checks all that can be checked without
 * looking at the probes. PROTOCOL.md describes the commands.
 */
#include "command.h"
#include "sorted.h"

#ifdef __KERNEL__
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/inet.h>
#include <linux/kernel.h>
#include <linux/sort.h>
#include <linux/string.h>

static bool parse_ipv4(const char *text, u8 *address)
{
	const char *end;

	return in4_pton(text, -1, address, -1, &end) && !*end;
}

static bool parse_ipv6(const char *text, u8 *address)
{
	const char *end;

	return in6_pton(text, -1, address, -1, &end) && !*end;
}

static void sort_numbers(u64 *numbers, size_t count)
{
	sort(numbers, count, sizeof(*numbers), dp_compare_u64, NULL);
}
#else
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

static bool parse_ipv4(const char *text, u8 *address)
{
	return inet_pton(AF_INET, text, address) == 1;
}

static bool parse_ipv6(const char *text, u8 *address)
{
	return inet_pton(AF_INET6, text, address) == 1;
}

static void sort_numbers(u64 *numbers, size_t count)
{
	qsort(numbers, count, sizeof(*numbers), dp_compare_u64);
}
#endif

struct word_bit {
	const char *word;
	u8 bit;
};

/* clang-format off */
static const struct word_bit protocol_words[] = {
	{ "tcp", DP_TCP },
	{ "udp", DP_UDP },
	{ "icmp", DP_ICMP },
	{ "icmpv6", DP_ICMPV6 },
	{ "sctp", DP_SCTP },
	{ "other", DP_OTHER },
};

static const struct word_bit family_words[] = { { "4", DP_IPV4 }, { "6", DP_IPV6 } };

static const char *const verb_words[DP_VERBS] = {
	[DP_ADD] = "add",
	[DP_SET] = "set",
	[DP_ACTIVATE] = "activate",
	[DP_DEACTIVATE] = "deactivate",
	[DP_RENEW] = "renew",
	[DP_REMOVE] = "remove",
};
/* clang-format on */

/* The keys that each verb accepts besides uid and owner, which all require. */
static const u32 verb_may[DP_VERBS] = {
	[DP_ADD] = DP_GIVEN_LEASE | DP_GIVEN_FILTER | DP_GIVEN_CELLS | DP_GIVEN_STAGES |
		   DP_GIVEN_TAG,
	[DP_SET] = DP_GIVEN_NETNS,
	[DP_RENEW] = DP_GIVEN_LEASE,
};

/* The keys that each verb requires besides uid and owner. */
static const u32 verb_must[DP_VERBS] = {
	[DP_SET] = DP_GIVEN_NETNS,
	[DP_RENEW] = DP_GIVEN_LEASE,
};

/*
 * Cuts off the text up to the first separator, and moves @rest behind it. Returns NULL when nothing
 * is left; an empty text is one empty word.
 */
static char *cut(char **rest, char separator)
{
	char *word = *rest;
	char *end;

	if (!word)
		return NULL;
	end = strchr(word, separator);
	if (end)
		*end++ = '\0';
	*rest = end;
	return word;
}

static int parse_number(const char *text, u64 min, u64 max, u64 *number)
{
	u64 value = 0;

	if (!*text)
		return -EINVAL;
	for (; *text; text++) {
		u8 digit = *text - '0';

		if (digit > 9 || value > (max - digit) / 10)
			return -EINVAL;
		value = value * 10 + digit;
	}
	if (value < min)
		return -EINVAL;
	*number = value;
	return 0;
}

static int parse_u32(const char *text, u32 min, u32 max, u32 *number)
{
	u64 value;

	if (parse_number(text, min, max, &value))
		return -EINVAL;
	*number = value;
	return 0;
}

static int parse_bits(char *list, const struct word_bit *words, size_t count, u8 *bits)
{
	char *word;
	size_t i;

	while ((word = cut(&list, ','))) {
		for (i = 0; i < count && strcmp(word, words[i].word); i++)
			;
		if (i == count)
			return -EINVAL;
		*bits |= words[i].bit;
	}
	return 0;
}

static int parse_ports(char *list, struct dp_match *match)
{
	char *word;
	u32 port;

	while ((word = cut(&list, ','))) {
		if (match->port_count == DP_PORTS_MAX || parse_u32(word, 1, 65535, &port))
			return -EINVAL;
		match->ports[match->port_count++] = htons(port);
	}
	return 0;
}

static int parse_cidr(char *text, struct dp_cidr *cidr)
{
	char *address = cut(&text, '/');
	u8 *mask = (u8 *)cidr->mask;
	u32 prefix, bits, i;

	cidr->family = strchr(address, ':') ? 6 : 4;
	bits = cidr->family == 6 ? 128 : 32;
	if (!text || parse_u32(text, 0, bits, &prefix))
		return -EINVAL;
	if (!(cidr->family == 6 ? parse_ipv6 : parse_ipv4)(address, (u8 *)cidr->address))
		return -EINVAL;
	for (i = 0; i < prefix; i++)
		mask[i / 8] |= 0x80 >> (i % 8);
	for (i = 0; i < ARRAY_SIZE(cidr->address); i++)
		cidr->address[i] &= cidr->mask[i];
	return 0;
}

static int parse_cidrs(char *list, struct dp_match *match)
{
	char *word;

	while ((word = cut(&list, ','))) {
		if (match->cidr_count == DP_CIDRS_MAX ||
		    parse_cidr(word, &match->cidrs[match->cidr_count]))
			return -EINVAL;
		match->cidr_count++;
	}
	return 0;
}

/* Parses a list of numbers into @numbers, sorted. The list may be empty. */
static int parse_numbers(char *list, u64 min, u64 max, u64 *numbers, u32 room, u16 *count)
{
	char *word;

	if (!*list)
		return 0;
	while ((word = cut(&list, ','))) {
		if (*count == room || parse_number(word, min, max, &numbers[*count]))
			return -EINVAL;
		(*count)++;
	}
	sort_numbers(numbers, *count);
	return 0;
}

/*
 * Names follow the rules of Kubernetes (DNS labels joined by dots), so they make safe file names,
 * and values in a record. UIDs may contain capitals too.
 */
static bool is_name(const char *text, size_t max, bool capitals)
{
	size_t length = strlen(text), i;

	if (!length || length > max)
		return false;
	for (i = 0; i < length; i++) {
		char c = text[i];
		bool alphanumeric = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
				    (capitals && c >= 'A' && c <= 'Z');

		if (!alphanumeric && (i == 0 || i == length - 1 || (c != '-' && c != '.')))
			return false;
	}
	return true;
}

static bool is_tag(const char *text)
{
	size_t length = strlen(text), i;

	for (i = 0; i < length; i++) {
		char c = text[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
		    !strchr("._-", c))
			return false;
	}
	return length && length <= DP_TAG_MAX;
}

static int parse_value(u32 key, char *value, struct dp_command *command)
{
	struct dp_match *match = &command->match;

	switch (key) {
	case DP_GIVEN_UID:
		command->uid = value;
		return is_name(value, DP_UID_MAX, true) ? 0 : -EINVAL;
	case DP_GIVEN_OWNER:
		command->owner = value;
		return is_name(value, DP_OWNER_MAX, false) ? 0 : -EINVAL;
	case DP_GIVEN_TAG:
		command->tag = value;
		return is_tag(value) ? 0 : -EINVAL;
	case DP_GIVEN_LEASE:
		return parse_u32(value, 1, DP_LEASE_MAX, &command->lease);
	case DP_GIVEN_PROTOCOLS:
		return parse_bits(value, protocol_words, ARRAY_SIZE(protocol_words),
				  &match->protocols);
	case DP_GIVEN_FAMILIES:
		return parse_bits(value, family_words, ARRAY_SIZE(family_words), &match->families);
	case DP_GIVEN_PORTS:
		return parse_ports(value, match);
	case DP_GIVEN_CIDRS:
		return parse_cidrs(value, match);
	case DP_GIVEN_REASONS:
	case DP_GIVEN_NOT_REASONS:
		return parse_numbers(value, 0, (u32)~0, match->reasons, DP_REASONS_MAX,
				     &match->reason_count);
	case DP_GIVEN_NETNS:
		return parse_numbers(value, 1, ~(u64)0, match->netns, DP_NETNS_MAX,
				     &match->netns_count);
	case DP_GIVEN_CELLS:
		return parse_u32(value, DP_CELLS_MIN, DP_CELLS_MAX, &command->cells);
	case DP_GIVEN_STAGES:
		command->stages = !strcmp(value, "on");
		return command->stages || !strcmp(value, "off") ? 0 : -EINVAL;
	}
	return -EINVAL;
}

static u32 key_of(const char *word)
{
	/* clang-format off */
	static const struct {
		const char *word;
		u32 key;
	} keys[] = {
		{ "uid", DP_GIVEN_UID },
		{ "owner", DP_GIVEN_OWNER },
		{ "lease", DP_GIVEN_LEASE },
		{ "protocols", DP_GIVEN_PROTOCOLS },
		{ "families", DP_GIVEN_FAMILIES },
		{ "ports", DP_GIVEN_PORTS },
		{ "cidrs", DP_GIVEN_CIDRS },
		{ "reasons", DP_GIVEN_REASONS },
		{ "exclude-reasons", DP_GIVEN_NOT_REASONS },
		{ "netns", DP_GIVEN_NETNS },
		{ "cells", DP_GIVEN_CELLS },
		{ "stages", DP_GIVEN_STAGES },
		{ "tag", DP_GIVEN_TAG },
	};
	/* clang-format on */
	size_t i;

	for (i = 0; i < ARRAY_SIZE(keys); i++)
		if (!strcmp(word, keys[i].word))
			return keys[i].key;
	return 0;
}

static int parse_pair(char *pair, struct dp_command *command)
{
	char *word = cut(&pair, '=');
	u32 key = key_of(word);

	if (!key || !pair || (command->given & key))
		return -EINVAL;
	command->given |= key;
	return parse_value(key, pair, command);
}

/**
 * dp_parse_command - parse a command of the control file
 * @text: what was written, followed by a NUL; modified, and @command points into it
 * @length: bytes before that NUL
 * @command: the result, completely set; undefined after an error
 *
 * Words are separated by exactly one space. One line break at the end is allowed.
 *
 * Return: 0, or -EINVAL for any error.
 */
int dp_parse_command(char *text, size_t length, struct dp_command *command)
{
	const u32 always = DP_GIVEN_UID | DP_GIVEN_OWNER;
	char *word;
	u32 verb;

	memset(command, 0, sizeof(*command));
	command->lease = DP_LEASE_DEFAULT;
	command->cells = DP_CELLS_DEFAULT;
	if (length > DP_COMMAND_MAX || strlen(text) != length)
		return -EINVAL;
	if (length && text[length - 1] == '\n')
		text[length - 1] = '\0';

	word = cut(&text, ' ');
	for (verb = 0; verb < DP_VERBS && strcmp(word, verb_words[verb]); verb++)
		;
	if (verb == DP_VERBS)
		return -EINVAL;
	command->verb = verb;

	command->name = cut(&text, ' ');
	if (!command->name || !is_name(command->name, DP_NAME_MAX, false))
		return -EINVAL;

	while ((word = cut(&text, ' ')))
		if (parse_pair(word, command))
			return -EINVAL;

	if ((command->given & always) != always ||
	    (command->given & verb_must[verb]) != verb_must[verb] ||
	    (command->given & ~(always | verb_may[verb])))
		return -EINVAL;
	if ((command->given & DP_GIVEN_REASONS) && (command->given & DP_GIVEN_NOT_REASONS))
		return -EINVAL;
	command->match.given = command->given & DP_GIVEN_FILTER;
	return 0;
}
