// SPDX-License-Identifier: GPL-2.0
/*
 * fold.c: gives the cells of network namespaces and cgroups that are gone back, so that pods that come and go do not fill the tables. What they
 * counted goes on as one sum for each reason, place and protocol, once there are DP_FOLDED_KINDS of them for each reason and place, without namespace
 * (or without cgroup) and interface. For process context.
 *
 * A cell is taken back in three steps, so that no count is lost: its state is changed, and matches no packet any more; every handler that had
 * found it before has ended (synchronize_rcu); its counts are moved, and it is free.
 *
 * The end of a namespace is told by its loopback interface. Nobody tells of a cgroup's: who reads a table that is half full asks for a look.
 */
#include <linux/cgroup.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "dropprobe.h"

/* A namespace that goes drops its last packets a little later than its loopback interface goes. */
#define DELAY (2 * HZ)

/* What there is: cookies of network namespaces and ids of cgroups, ascending. */
struct live {
	u64 *cookies;
	u64 *cgroups;
	u32 cookie_count;
	u32 cgroup_count;
};

static void fold(struct work_struct *work);
static DECLARE_DELAYED_WORK(dp_fold_work, fold);
static DEFINE_SPINLOCK(dp_plan_lock);
static bool dp_fold_stopped;		/* guarded by dp_plan_lock */
static unsigned long dp_last_gone;	/* jiffies */

static void plan(void)
{
	spin_lock(&dp_plan_lock);
	if (!dp_fold_stopped)
		queue_delayed_work(DP_UNBOUND_WORKQUEUE, &dp_fold_work, DELAY);
	spin_unlock(&dp_plan_lock);
}

#ifdef CONFIG_CGROUPS
/* Writes as many ids as there is room for, and returns how many there are. */
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

static void forget_live(struct live *live)
{
	kvfree(live->cookies);
	kvfree(live->cgroups);
	memset(live, 0, sizeof(*live));
}

static bool look(struct live *live)
{
	forget_live(live);
	live->cookies = dp_live_cookies(&live->cookie_count);
	live->cgroups = live_cgroups(&live->cgroup_count);
	if (live->cookies && live->cgroups)
		return true;
	forget_live(live);
	return false;
}

static bool is_gone(u64 kind, const struct dp_cell *cell, const struct live *live)
{
	if (!(kind & DP_KIND_READY) || !cell->key.where || !live->cookies)
		return false;
	if (kind & DP_KIND_CGROUP)
		return !dp_contains(live->cgroups, live->cgroup_count, cell->key.where);
	return !dp_contains(live->cookies, live->cookie_count, cell->key.where);
}

static u32 take_cells(struct dp_table *table, const struct live *live)
{
	u32 taken = 0, i;

	for (i = 0; i <= table->mask; i++) {
		struct dp_cell *cell = &table->cells[i];
		u64 kind = smp_load_acquire(&cell->key.kind);

		if (is_gone(kind, cell, live)) {
			WRITE_ONCE(cell->key.kind, (kind & ~DP_KIND_READY) | DP_KIND_FOLDING);
			taken++;
		}
		if (!(i % 1024))
			cond_resched();
	}
	return taken;
}

/* The sum with this key, made where there are fewer than @limit; NULL otherwise. */
static struct dp_sum *sum_with(struct dp_probe *probe, const struct dp_key *key, u32 limit)
{
	u32 i;

	for (i = 0; i < probe->folded_count; i++)
		if (!memcmp(&probe->folded[i].key, key, sizeof(*key)))
			return &probe->folded[i];
	if (probe->folded_count >= limit)
		return NULL;
	probe->folded[probe->folded_count].key = *key;
	return &probe->folded[probe->folded_count++];
}

/*
 * The sum that a cell goes to. Whoever sends packets chooses their protocols, so that there may be very many kinds: the later ones keep their reason and
 * place, of which a kernel has few. NULL where it has too many even so.
 */
static struct dp_sum *folded_sum(struct dp_probe *probe, u64 kind, const struct dp_key *of)
{
	/* A cgroup's cell is one of the host's namespace. */
	struct dp_key key = {
		.kind = (kind & ~DP_KIND_CGROUP) | DP_KIND_GONE,
		.location = of->location,
		.where = kind & DP_KIND_CGROUP ? dp_net_cookie(&init_net) : 0,
		.what = of->what & ~(u64)U32_MAX,
	};
	struct dp_sum *sum = sum_with(probe, &key, DP_FOLDED_KINDS);

	if (sum)
		return sum;
	key.kind = DP_KIND_READY | DP_KIND_GONE;
	return sum_with(probe, &key, DP_FOLDED_MAX);
}

static void move_cell(struct dp_probe *probe, struct dp_cell *cell, const struct live *live)
{
	u64 kind = (cell->key.kind & ~DP_KIND_FOLDING) | DP_KIND_READY;
	struct dp_sum *sum = is_gone(kind, cell, live) ? folded_sum(probe, kind, &cell->key) : NULL;
	struct dp_sum counted;

	if (!sum) {
		/* It goes on as it was. */
		smp_store_release(&cell->key.kind, kind);
		return;
	}
	dp_read_count(&counted, &cell->count);
	dp_add(sum, &counted);
	local64_set(&cell->count.packets, 0);
	local64_set(&cell->count.extra_segments, 0);
	local64_set(&cell->count.bytes, 0);
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

static u32 take_all(const struct live *live)
{
	struct dp_probe *probe;
	u32 taken = 0;
	int cpu;

	list_for_each_entry(probe, &dp_probes, node)
		for_each_possible_cpu(cpu)
			if (probe->tables)
				taken += take_cells(probe->tables[cpu], live);
	return taken;
}

static void move_all(const struct live *live)
{
	struct dp_probe *probe;
	int cpu;

	list_for_each_entry(probe, &dp_probes, node)
		for_each_possible_cpu(cpu)
			if (probe->tables)
				move_cells(probe, probe->tables[cpu], live);
}

static bool have_tables(void)
{
	struct dp_probe *probe;

	list_for_each_entry(probe, &dp_probes, node)
		if (probe->tables)
			return true;
	return false;
}

/*
 * The look is taken twice: a namespace that came after the first, and has dropped already, is not in that; whatever has a cell by then and lives
 * is in the second. When there is no memory for that, none is taken for gone, and all cells go on.
 */
static void fold(struct work_struct *work)
{
	struct live live = {};

	mutex_lock(&dp_lock);
	if (have_tables() && look(&live) && take_all(&live)) {
		synchronize_rcu();
		look(&live);
		move_all(&live);
	}
	mutex_unlock(&dp_lock);
	forget_live(&live);
	/* One has gone since this was planned. */
	if (time_before(jiffies, READ_ONCE(dp_last_gone) + DELAY))
		plan();
}

/**
 * dp_fold_later - network namespaces or cgroups may have gone; process context
 */
void dp_fold_later(void)
{
	WRITE_ONCE(dp_last_gone, jiffies);
	plan();
}

/**
 * dp_fold_stop - wait for what dp_fold_later() has begun, and let it begin no more; dp_lock is not held
 */
void dp_fold_stop(void)
{
	spin_lock(&dp_plan_lock);
	dp_fold_stopped = true;
	spin_unlock(&dp_plan_lock);
	cancel_delayed_work_sync(&dp_fold_work);
}
