// SPDX-License-Identifier: GPL-2.0
/*
 * symbols.c: finds functions of the running kernel by address, and splits their printed names. For
 * process context.
 */
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "dropprobe.h"

/**
 * dp_function_before - find the function that a return address belongs to
 * @address: the return address; 0 for none
 * @function: the result; zeroed if @address is 0, just the address if the kernel has no names
 *
 * Return: whether @address is one.
 */
bool dp_function_before(unsigned long address, struct dp_function *function)
{
	unsigned long offset, size;
	char text[KSYM_SYMBOL_LEN];
	char *plus;

	*function = (struct dp_function){ .start = address, .size = address ? 1 : 0 };
	if (!address)
		return false;
	/* One back: the call may be the last instruction. */
	sprint_symbol(text, address - 1);
	plus = strrchr(text, '+');
	if (plus && sscanf(plus, "+0x%lx/0x%lx", &offset, &size) == 2) {
		function->start = address - 1 - offset;
		function->size = size;
	}
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
