// SPDX-License-Identifier: GPL-2.0
/*
 * text.c: a text in memory that grows while it is written.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "dropprobe.h"

static bool grow(struct dp_text *text, size_t more)
{
	size_t size = max_t(size_t, PAGE_SIZE, text->size);
	char *buffer;

	while (size - text->length <= more)
		size *= 2;
	if (size == text->size)
		return true;
	buffer = kvmalloc(size, GFP_KERNEL_ACCOUNT);
	if (!buffer) {
		text->error = -ENOMEM;
		return false;
	}
	if (text->buffer)
		memcpy(buffer, text->buffer, text->length);
	kvfree(text->buffer);
	text->buffer = buffer;
	text->size = size;
	return true;
}

/**
 * dp_print - append to a text
 * @text: the text; zeroed before the first use. Its owner frees the buffer with kvfree().
 * @format: format string as of printk(); a line break at its end completes a record
 */
void dp_print(struct dp_text *text, const char *format, ...)
{
	va_list args;
	int length;

	if (text->error)
		return;
	va_start(args, format);
	length = vsnprintf(text->buffer + text->length, text->size - text->length, format, args);
	va_end(args);
	if (length >= text->size - text->length) {
		if (!grow(text, length))
			return;
		va_start(args, format);
		vsnprintf(text->buffer + text->length, length + 1, format, args);
		va_end(args);
	}
	text->length += length;
	if (length && text->buffer[text->length - 1] == '\n')
		text->records++;
}

/**
 * dp_print_end - append the trailer by which a reader detects a truncated read
 * @text: the text
 */
void dp_print_end(struct dp_text *text)
{
	dp_print(text, "end records=%u\n", text->records);
}
