// SPDX-License-Identifier: GPL-2.0
/*
 * reasons.c: the names of the drop reasons. They are read from the running kernel, because the
 * numbers differ from kernel to kernel. For process context.
 */
#include <linux/rcupdate.h>
#include <linux/skbuff.h>

#include "features.h"
#if DP_HAVE_REASONS_BY_SUBSYS || DP_HAVE_REASONS_ARRAY
#include <net/dropreason.h>
#endif

#include "dropprobe.h"

#if DP_HAVE_REASONS_BY_SUBSYS

/* Modules may register and unregister reasons, so a name is only valid until rcu_read_unlock(). */
static const char *name_of(u32 reason)
{
	u32 subsys = reason >> 16, number = reason & 0xffff;
	const struct drop_reason_list *list;

	if (subsys >= SKB_DROP_REASON_SUBSYS_NUM)
		return NULL;
	list = rcu_dereference(drop_reasons_by_subsys[subsys]);
	if (!list || number >= list->n_reasons)
		return NULL;
	return list->reasons[number];
}

/* The next number that may have a name; 0 after the last one. */
static u32 next_reason(u32 reason)
{
	u32 subsys = reason >> 16, number = (reason & 0xffff) + 1;
	const struct drop_reason_list *list;

	for (; subsys < SKB_DROP_REASON_SUBSYS_NUM; subsys++, number = 0) {
		list = rcu_dereference(drop_reasons_by_subsys[subsys]);
		if (list && number < list->n_reasons)
			return subsys << 16 | number;
	}
	return 0;
}

#elif DP_HAVE_REASONS_ARRAY

static const char *name_of(u32 reason)
{
	return reason < SKB_DROP_REASON_MAX ? drop_reasons[reason] : NULL;
}

static u32 next_reason(u32 reason)
{
	return reason + 1 < SKB_DROP_REASON_MAX ? reason + 1 : 0;
}

#else

static const char *name_of(u32 reason)
{
	return NULL;
}

static u32 next_reason(u32 reason)
{
	return 0;
}

#endif

/**
 * dp_reasons_named - tell whether the running kernel names its drop reasons
 *
 * Return: false on kernels that have no reasons, or that do not export the names to modules.
 */
bool dp_reasons_named(void)
{
	return DP_HAVE_REASONS_BY_SUBSYS || DP_HAVE_REASONS_ARRAY;
}

/**
 * dp_print_reason_name - print the name of a drop reason
 * @text: where to print
 * @reason: its number; "-" is printed if the kernel has no name for it
 */
void dp_print_reason_name(struct dp_text *text, u32 reason)
{
	const char *name;
	char copy[64] = "-";

	rcu_read_lock();
	name = name_of(reason);
	if (name)
		strscpy(copy, name, sizeof(copy));
	rcu_read_unlock();
	dp_print(text, "%s", copy);
}

/**
 * dp_print_reasons - print one record for each drop reason that the running kernel names
 * @text: where to print
 */
void dp_print_reasons(struct dp_text *text)
{
	u32 reason = 0;

	for (;;) {
		bool named;

		rcu_read_lock();
		reason = next_reason(reason);
		named = reason && name_of(reason);
		rcu_read_unlock();
		if (!reason)
			break;
		if (!named)
			continue;
		dp_print(text, "reason id=%u name=", reason);
		dp_print_reason_name(text, reason);
		dp_print(text, "\n");
	}
}
