// SPDX-License-Identifier: GPL-2.0
/*
 * reasons.c: the names of the drop reasons, always the running kernel's own: the numbers differ from kernel to kernel. For
 * process context.
 */
#include <linux/rcupdate.h>
#include <linux/skbuff.h>

#include "features.h"
#if DP_HAVE_REASONS_BY_SUBSYS || DP_HAVE_REASONS_ARRAY
#include <net/dropreason.h>
#endif

#include "dropprobe.h"

#if DP_HAVE_REASONS_BY_SUBSYS

/* Subsystems come and go with their modules, so a name is only good until rcu_read_unlock(). */
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
 * dp_reasons_named - whether the running kernel names its drop reasons
 *
 * Return: false on kernels that have no reasons, or do not let a module see the names.
 */
bool dp_reasons_named(void)
{
	return DP_HAVE_REASONS_BY_SUBSYS || DP_HAVE_REASONS_ARRAY;
}

/**
 * dp_print_reason_name - append a reason's name
 * @text: where to
 * @reason: its number; one that the kernel does not name is printed as "-"
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
 * dp_print_reasons - append one record for each reason that the running kernel names
 * @text: where to
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
