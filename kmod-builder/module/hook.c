// SPDX-License-Identifier: GPL-2.0
/*
 * hook.c: finds tracepoints, and keeps the module for hooks that the kernel fails to unregister. It
 * may still call their handlers, so the module that contains them must not be unloaded.
 */
#include <linux/module.h>
#include <linux/string.h>
#include <linux/tracepoint.h>

#include "dropprobe.h"

struct search {
	const char *name;
	struct tracepoint *found;
};

static void compare_name(struct tracepoint *tracepoint, void *data)
{
	struct search *search = data;

	if (!strcmp(tracepoint->name, search->name))
		search->found = tracepoint;
}

/**
 * dp_find_tracepoint - find a tracepoint of the kernel proper, whether it is exported or not
 * @name: its name
 *
 * Return: the tracepoint, which stays; NULL if there is none.
 */
struct tracepoint *dp_find_tracepoint(const char *name)
{
	struct search search = { .name = name };

	for_each_kernel_tracepoint(compare_name, &search);
	return search.found;
}

/**
 * dp_keep_hook - keep the module loaded while a hook could not be unregistered
 * @kept: whether the module is already kept for this hook; updated
 * @name: name of the hook, for the log
 * @error: result of the attempt to unregister it; 0 for success
 *
 * The next attempt may succeed; then the module may be unloaded again. The caller holds dp_lock,
 * and a module reference of its own, that of the probe being deactivated.
 */
void dp_keep_hook(bool *kept, const char *name, int error)
{
	lockdep_assert_held(&dp_lock);
	if (error && !*kept) {
		__module_get(THIS_MODULE);
		pr_err("failed to unregister the %s hook (error %d); activate and deactivate a probe to try again before unloading\n",
		       name, error);
	} else if (!error && *kept) {
		module_put(THIS_MODULE);
	}
	*kept = error;
}

/**
 * dp_pin_module - keep the module loaded until the next boot
 * @name: name of the hook that can never be unregistered, for the log
 *
 * The caller holds dp_lock, and a module reference of its own.
 */
void dp_pin_module(const char *name)
{
	lockdep_assert_held(&dp_lock);
	__module_get(THIS_MODULE);
	pr_err("failed to unregister the %s hook; module pinned until reboot\n", name);
}
