// SPDX-License-Identifier: GPL-2.0
/*
 * fold.c: reclaims the cells of removed network namespaces and cgroups, so that pods that come and
 * go do not fill the tables; and the older half of the cells of a table that is nearly full
 * nevertheless, so that many kinds of packets do not fill it. Their counts are folded into one sum
 * for each kind of packet; once there are DP_FOLDED_KINDS sums, into one for each reason, location
 * and facts; once there are DP_FOLDED_FACTS, into one for each reason. For process context.
 *
 * A cell is reclaimed in three steps, so that no count is lost: its state is changed, and it
 * matches no packet any more; synchronize_rcu() waits for every handler that found it before; its
 * counts are moved, and it is free.
 *
 * The removal of a namespace is noticed by its loopback interface. Nothing reports the removal of a
 * cgroup, so a reader that finds a table more than half full schedules a fold.
 */
#include <linux/cgroup.h>
#include <linux/jiffies.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include "dropprobe.h"
#include "sorted.h"

/* A namespace drops its last packets shortly after its loopback interface is unregistered. */
#define DELAY (2 * HZ)

/**
 * struct live - what exists while cells are folded
 * @cookies: of the network namespaces, ascending
 * @cgroups: ids of the cgroups, ascending
 * @ages: room for the ages of the cells of one table; NULL if there was no memory
 * @cookie_count: length of @cookies
 * @cgroup_count: length of @cgroups
 * @again: cells were left for the next fold
 */
struct live {
	u64 *cookies;
	u64 *cgroups;
	u64 *ages;
	u32 cookie_count;
	u32 cgroup_count;
	bool again;
};

static void fold(struct work_struct *work);
static DECLARE_DELAYED_WORK(dp_fold_work, fold);
static DEFINE_SPINLOCK(dp_schedule_lock);
static bool dp_fold_stopped;	      /* protected by dp_schedule_lock */
static unsigned long dp_last_removal; /* jiffies */

static void schedule_fold(void)
{
	spin_lock(&dp_schedule_lock);
	if (!dp_fold_stopped)
		queue_delayed_work(DP_UNBOUND_WORKQUEUE, &dp_fold_work, DELAY);
	spin_unlock(&dp_schedule_lock);
}

#ifdef CONFIG_CGROUPS
/* Writes as many ids as there is room for; returns how many cgroups exist. */
static u32 cgroup_ids(u64 *ids, u32 room)
{
	struct cgroup_subsys_state *css;
	u32 count = 0;

	rcu_read_lock();
	css_for_each_descendant_pre(css, &cgrp_dfl_root.cgrp.self) {
		if (!(css->flags & CSS_ONLINE))
			continue;
		if (count < room)
			ids[count] = cgroup_id(css->cgroup);
		count++;
	}
	rcu_read_unlock();
	return count;
}
#else
static u32 cgroup_ids(u64 *ids, u32 room)
{
	return 0;
}
#endif

static u64 *live_cgroups(u32 *count)
{
	u32 room = cgroup_ids(NULL, 0);
	u64 *ids;

	for (;;) {
		room += 64;
		ids = kvcalloc(room, sizeof(*ids), GFP_KERNEL);
		if (!ids)
			return NULL;
		*count = cgroup_ids(ids, room);
		if (*count <= room)
			break;
		room = *count;
		kvfree(ids);
	}
	sort(ids, *count, sizeof(*ids), dp_compare_u64, NULL);
	return ids;
}

static void free_live(struct live *live)
{
	kvfree(live->cookies);
	kvfree(live->cgroups);
	kvfree(live->ages);
}

/* Room for the ages of the largest table; 0 if there is no table. */
static u32 largest_table(void)
{
	struct dp_probe *probe;
	u32 cells = 0;

	list_for_each_entry(probe, &dp_probes, node)
		if (probe->tables)
			cells = max_t(u32, cells, roundup_pow_of_two(probe->cells));
	return cells;
}

/* Returns false, and lists nothing, if there is no memory. */
static bool find_live(struct live *live)
{
	kvfree(live->cookies);
	kvfree(live->cgroups);
	live->cookies = dp_live_cookies(&live->cookie_count);
	live->cgroups = live_cgroups(&live->cgroup_count);
	if (live->cookies && live->cgroups)
		return true;
	kvfree(live->cookies);
	kvfree(live->cgroups);
	live->cookies = live->cgroups = NULL;
	return false;
}

/*
 * Whether the namespace or cgroup of a ready cell was removed; false if @live could not be found.
 */
static bool is_removed(u64 kind, const struct dp_cell *cell, const struct live *live)
{
	u64 owner;

	/* The handler may still be writing the owner of a cell that is not ready. */
	if (!(kind & DP_KIND_READY) || !live->cookies)
		return false;
	owner = cell->key.owner;
	if (!owner)
		return false;
	if (kind & DP_KIND_CGROUP)
		return !dp_contains(live->cgroups, live->cgroup_count, owner);
	return !dp_contains(live->cookies, live->cookie_count, owner);
}

/* For how many jiffies a cell has not counted. It may have counted since @now. */
static unsigned long age_of(const struct dp_cell *cell, unsigned long now)
{
	unsigned long last = READ_ONCE(cell->count.last);

	return time_before(now, last) ? 0 : now - last;
}

/*
 * How many cells are folded to make room: half of them if the table is three quarters full,
 * otherwise none. They have at least @age, that of the median.
 */
static u32 count_to_fold(struct dp_table *table, const struct live *live, unsigned long now,
			 unsigned long *age)
{
	u32 used = 0, i;

	for (i = 0; live->ages && i <= table->mask; i++)
		/* Pairs with claim(). */
		if (smp_load_acquire(&table->cells[i].key.kind) & DP_KIND_READY)
			live->ages[used++] = age_of(&table->cells[i], now);
	if (used <= table->mask / 4 * 3)
		return 0;
	sort(live->ages, used, sizeof(*live->ages), dp_compare_u64, NULL);
	*age = live->ages[used / 2];
	return used / 2;
}

/*
 * Marks the cells to fold; returns how many. A namespace that is being created is in no list yet,
 * but may have dropped packets already, so a cell that counted a moment ago is left for later.
 */
static u32 mark_cells(struct dp_table *table, struct live *live)
{
	unsigned long now = jiffies, age = 0;
	u32 aged = count_to_fold(table, live, now, &age), marked = 0, i;

	for (i = 0; i <= table->mask; i++) {
		struct dp_cell *cell = &table->cells[i];
		/* Pairs with claim(). */
		u64 kind = smp_load_acquire(&cell->key.kind), mark = 0;

		if (aged && kind & DP_KIND_READY && age_of(cell, now) >= age) {
			mark = DP_KIND_FOLDING | DP_KIND_AGED;
			aged--;
		} else if (is_removed(kind, cell, live) && age_of(cell, jiffies) < DELAY)
			live->again = true;
		else if (is_removed(kind, cell, live))
			mark = DP_KIND_FOLDING;
		if (mark) {
			WRITE_ONCE(cell->key.kind, (kind & ~DP_KIND_READY) | mark);
			marked++;
		}
		if (!(i % 1024))
			cond_resched();
	}
	return marked;
}

/*
 * Finds the sum with this key, or adds it if there are fewer than @limit; NULL otherwise. Valid
 * until the next call.
 */
static struct dp_sum *sum_with(struct dp_probe *probe, const struct dp_key *key, u32 limit)
{
	struct dp_sum *sums = probe->folded;
	u32 low = 0, high = probe->folded_count;

	while (low < high) {
		u32 middle = (low + high) / 2;
		int order = memcmp(&sums[middle].key, key, sizeof(*key));

		if (!order)
			return &sums[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (probe->folded_count >= limit)
		return NULL;
	memmove(&sums[low + 1], &sums[low], (probe->folded_count - low) * sizeof(*sums));
	probe->folded_count++;
	sums[low] = (struct dp_sum){ .key = *key };
	return &sums[low];
}

/*
 * The sum that a cell is folded into. If there are very many kinds of packets, later ones give up
 * family and protocol, and keep what distinguishes a lost packet. Who sends enough kinds of these
 * as well must not keep the table full for good, so the last ones keep the reason alone. There is
 * room for more reasons than the network stack has. NULL if there are more: one sum for all of
 * those would let the counts of their reasons decrease.
 */
static struct dp_sum *folded_sum(struct dp_probe *probe, u64 kind, const struct dp_key *of)
{
	u64 host = dp_net_cookie(&init_net);
	/* The initial namespace, to which the cell of a cgroup belongs, remains. */
	struct dp_key key = {
		.kind = (kind & ~DP_KIND_CGROUP) | DP_KIND_FOLDED,
		.owner = kind & DP_KIND_CGROUP || of->owner == host ? host : 0,
		.reason_ifindex = of->reason_ifindex & ~(u64)U32_MAX,
	};
	struct dp_sum *sum = sum_with(probe, &key, DP_FOLDED_KINDS);

	if (sum)
		return sum;
	key.kind &= ~(DP_KIND_FAMILY | DP_KIND_PROTOCOL);
	sum = sum_with(probe, &key, DP_FOLDED_FACTS);
	if (sum)
		return sum;
	key.kind = DP_KIND_FOLDED;
	key.owner = 0;
	return sum_with(probe, &key, DP_FOLDED_MAX);
}

static void move_cell(struct dp_probe *probe, struct dp_cell *cell, const struct live *live)
{
	u64 marked = cell->key.kind;
	u64 kind = (marked & ~(DP_KIND_FOLDING | DP_KIND_AGED)) | DP_KIND_READY;
	struct dp_sum *sum = NULL, counted;

	if (marked & DP_KIND_AGED || is_removed(kind, cell, live))
		sum = folded_sum(probe, kind, &cell->key);
	if (!sum) {
		/* The cell continues as it was. */
		smp_store_release(&cell->key.kind, kind);
		return;
	}
	dp_read_count(&counted, &cell->count);
	dp_add(sum, &counted);
	local64_set(&cell->count.packets, 0);
	local64_set(&cell->count.extra_segments, 0);
	local64_set(&cell->count.bytes, 0);
	/* A handler that claims the cell finds its counts at 0. */
	smp_store_release(&cell->key.kind, DP_KIND_FREE);
}

static void move_cells(struct dp_probe *probe, struct dp_table *table, const struct live *live)
{
	u32 i;

	for (i = 0; i <= table->mask; i++) {
		if (table->cells[i].key.kind & DP_KIND_FOLDING) {
			move_cell(probe, &table->cells[i], live);
			cond_resched();
		}
	}
}

static u32 mark_all(struct live *live)
{
	struct dp_probe *probe;
	u32 marked = 0;
	int cpu;

	list_for_each_entry(probe, &dp_probes, node)
		for_each_possible_cpu(cpu)
			if (probe->tables && dp_table_of(probe, cpu))
				marked += mark_cells(dp_table_of(probe, cpu), live);
	return marked;
}

static void move_all(const struct live *live)
{
	struct dp_probe *probe;
	int cpu;

	list_for_each_entry(probe, &dp_probes, node)
		for_each_possible_cpu(cpu)
			if (probe->tables && dp_table_of(probe, cpu))
				move_cells(probe, dp_table_of(probe, cpu), live);
}

/*
 * The live namespaces and cgroups are listed twice. A namespace that was created after the first
 * list, and has dropped packets already, is missing there; every live owner of a marked cell is in
 * the second. If there is no memory for the second list, all cells continue.
 */
static void fold(struct work_struct *work)
{
	struct live live = {};
	u32 cells;

	mutex_lock(&dp_lock);
	cells = largest_table();
	if (cells)
		live.ages = kvmalloc_array(cells, sizeof(*live.ages), GFP_KERNEL);
	if (cells && find_live(&live) && mark_all(&live)) {
		synchronize_rcu();
		find_live(&live);
		move_all(&live);
	}
	mutex_unlock(&dp_lock);
	free_live(&live);
	if (live.again)
		WRITE_ONCE(dp_last_removal, jiffies);
	/* Another one was removed since this was scheduled. */
	if (time_before(jiffies, READ_ONCE(dp_last_removal) + DELAY))
		schedule_fold();
}

/**
 * dp_fold_later - schedule a fold, because namespaces or cgroups may have been removed
 *
 * For process context.
 */
void dp_fold_later(void)
{
	WRITE_ONCE(dp_last_removal, jiffies);
	schedule_fold();
}

/**
 * dp_fold_stop - cancel a scheduled fold, wait for a running one, and schedule no more
 *
 * The caller does not hold dp_lock.
 */
void dp_fold_stop(void)
{
	spin_lock(&dp_schedule_lock);
	dp_fold_stopped = true;
	spin_unlock(&dp_schedule_lock);
	cancel_delayed_work_sync(&dp_fold_work);
}
