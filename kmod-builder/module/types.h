/* SPDX-License-Identifier: GPL-2.0 */
/*
 * types.h: the integer types, in the kernel and where the command parser is compiled in user space.
 */
#ifndef DROPPROBE_TYPES_H
#define DROPPROBE_TYPES_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
typedef uint8_t u8;
typedef uint16_t u16;
typedef uint16_t __be16;
typedef uint32_t __be32;
typedef uint32_t u32;
typedef uint64_t u64;
#endif

#endif
