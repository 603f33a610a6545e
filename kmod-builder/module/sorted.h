/* SPDX-License-Identifier: GPL-2.0 */
/*
 * sorted.h: sorted lists of 64-bit numbers: reasons, namespace cookies, cgroup ids.
 */
#ifndef DROPPROBE_SORTED_H
#define DROPPROBE_SORTED_H

#include "types.h"

/**
 * dp_compare_u64 - order two numbers, for sort()
 * @a: points to the first number
 * @b: points to the second number
 *
 * Return: negative, 0 or positive, like memcmp().
 */
static inline int dp_compare_u64(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return (x > y) - (x < y);
}

/**
 * dp_contains - search a sorted list
 * @ascending: the list
 * @count: its length
 * @value: the number to find
 *
 * Not bsearch(): the handler calls this for each packet, and must not pay for an indirect call.
 *
 * Return: true if the list contains the number.
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

#endif
