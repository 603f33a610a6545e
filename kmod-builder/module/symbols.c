// SPDX-License-Identifier: GPL-2.0
/*
 * symbols.c: where a function of the running kernel lies. For process context.
 */
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/string.h>

#include "dropprobe.h"

/**
 * dp_find_function - address and size of a function
 * @name: as in the kernel's symbol table
 * @function: the result; zeroed where there is none
 *
 * The symbol table's own look-up is not exported. A kprobe registered as disabled finds the address without touching the
 * function's code, and sprint_symbol() says how far into the function that is (behind an ENDBR, for one) and how long it is.
 *
 * Return: whether it was found.
 */
bool dp_find_function(const char *name, struct dp_function *function)
{
	struct kprobe probe = { .symbol_name = name, .flags = KPROBE_FLAG_DISABLED };
	unsigned long address, offset, size;
	char text[KSYM_SYMBOL_LEN];
	char *plus;

	function->start = 0;
	function->size = 0;
	if (register_kprobe(&probe))
		return false;
	address = (unsigned long)probe.addr;
	unregister_kprobe(&probe);

	sprint_symbol(text, address);
	plus = strrchr(text, '+');
	if (!plus || sscanf(plus, "+0x%lx/0x%lx", &offset, &size) != 2)
		return false;
	function->start = address - offset;
	function->size = size;
	return true;
}
