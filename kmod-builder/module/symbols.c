// SPDX-License-Identifier: GPL-2.0
/*
 * symbols.c: finds functions of the running kernel, and splits their printed names. For process
 * context.
 */
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/string.h>

#include "dropprobe.h"

/**
 * dp_find_function - find the address and size of a function
 * @name: its name in the kernel's symbol table
 * @function: the result; zeroed if it was not found
 *
 * kallsyms_lookup_name() is not exported. A kprobe that is registered as disabled finds the address
 * without touching the code. It may lie behind the start of the function (behind an ENDBR, for
 * instance); sprint_symbol() tells how far behind, and how long the function is.
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

/**
 * dp_cut_module - split what %pS or %ps printed
 * @symbol: "name [module]", or "name" for a symbol of the kernel itself; becomes "name"
 *
 * Return: the name of the module, a part of @symbol; NULL if there is none.
 */
char *dp_cut_module(char *symbol)
{
	char *module = strstr(symbol, " [");

	if (!module)
		return NULL;
	*module = '\0';
	module += 2;
	module[strcspn(module, " ]")] = '\0';
	return module;
}
