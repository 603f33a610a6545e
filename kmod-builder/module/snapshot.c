// SPDX-License-Identifier: GPL-2.0
/*
 * snapshot.c: adds the CPUs' tables of one probe up and writes them down as records. For process context, under dp_lock; the
 * handlers count on meanwhile. Everything below the line "probe" comes from one pass over the cells, so that the total is
 * the sum of the reasons in each answer.
 */
#include <linux/jiffies.h>
#include <linux/kallsyms.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <linux/timekeeping.h>

#include "dropprobe.h"

struct sums {
	struct dp_sum *cells;
	struct dp_sum *reasons;
	u32 cell_count;
	u32 reason_count;
	u64 filtered;
	u64 unkeyed;
	u64 notdrops;
};

static int compare_keys(const void *a, const void *b)
{
	const struct dp_key *x = &((const struct dp_sum *)a)->key, *y = &((const struct dp_sum *)b)->key;

	if (x->what != y->what)
		return x->what < y->what ? -1 : 1;
	if (x->location != y->location)
		return x->location < y->location ? -1 : 1;
	if (x->where != y->where)
		return x->where < y->where ? -1 : 1;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return 0;
}

/* For process context: a table for sorting may have hundreds of thousands. */
static int compare_gently(const void *a, const void *b)
{
	cond_resched();
	return compare_keys(a, b);
}

/**
 * dp_add - add to a sum
 * @sum: keeps its key
 * @other: what is added
 */
void dp_add(struct dp_sum *sum, const struct dp_sum *other)
{
	if (!sum->packets || time_after(other->last, sum->last))
		sum->last = other->last;
	sum->packets += other->packets;
	sum->segments += other->segments;
	sum->bytes += other->bytes;
}

/**
 * dp_read_count - read a count that a handler may be adding to
 * @sum: the result; its key is left alone
 * @count: the count
 */
void dp_read_count(struct dp_sum *sum, struct dp_count *count)
{
	sum->packets = local64_read(&count->packets);
	sum->segments = sum->packets + local64_read(&count->extra_segments);
	sum->bytes = local64_read(&count->bytes);
	/* What the caller reads next of this cell or slot is there; pairs with count_unkeyed(). */
	smp_rmb();
	sum->last = READ_ONCE(count->last);
}

/* Sorts, and makes one of those with the same key. Returns how many are left. */
static u32 merge(struct dp_sum *sums, u32 count)
{
	u32 i, last = 0;

	if (!count)
		return 0;
	sort(sums, count, sizeof(*sums), compare_gently, NULL);
	for (i = 1; i < count; i++) {
		if (compare_keys(&sums[last], &sums[i]))
			sums[++last] = sums[i];
		else
			dp_add(&sums[last], &sums[i]);
	}
	return last + 1;
}

static u32 used_in_table(const struct dp_table *table)
{
	u32 count = 0, i;

	for (i = 0; i <= table->mask; i++)
		count += READ_ONCE(table->cells[i].key.kind) != DP_KIND_FREE;
	return count;
}

/* Where a table is half full, what is gone is looked for. */
static u32 used_cells(const struct dp_probe *probe)
{
	bool filling = false;
	u32 count = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		u32 used = used_in_table(probe->tables[cpu]);

		cond_resched();
		filling |= used > probe->tables[cpu]->mask / 2;
		count += used;
	}
	if (filling)
		dp_fold_later();
	return count;
}

/* False when there are more cells than room for them, because the handlers have taken some since they were counted. */
static bool gather_table(struct sums *sums, struct dp_table *table, u32 room)
{
	u32 i;

	for (i = 0; i <= table->mask; i++) {
		struct dp_cell *cell = &table->cells[i];
		struct dp_sum *sum = &sums->cells[sums->cell_count];

		if (!(smp_load_acquire(&cell->key.kind) & DP_KIND_READY))
			continue;
		if (sums->cell_count == room)
			return false;
		sum->key = cell->key;
		dp_read_count(sum, &cell->count);
		if (sum->packets)
			sums->cell_count++;
	}
	for (i = 0; i < DP_UNKEYED_SLOTS; i++) {
		struct dp_unkeyed *slot = &table->reasons[i];
		struct dp_sum *sum = &sums->reasons[sums->reason_count];

		dp_read_count(sum, &slot->count);
		sum->key = (struct dp_key){ .what = i < DP_UNKEYED_SLOTS - 1 ? READ_ONCE(slot->id) & U32_MAX : DP_REASON_LOST };
		if (sum->packets)
			sums->reason_count++;
		sums->unkeyed += sum->packets;
	}
	sums->filtered += local64_read(&table->filtered);
	sums->notdrops += local64_read(&table->notdrops);
	return true;
}

static void free_sums(struct sums *sums)
{
	kvfree(sums->cells);
	kvfree(sums->reasons);
	memset(sums, 0, sizeof(*sums));
}

static int gather_tables(struct sums *sums, const struct dp_probe *probe)
{
	u32 room, slack = 64;
	int cpu;

again:
	free_sums(sums);
	/* One more than there can be: the last is where a table's first empty one is looked at. */
	room = used_cells(probe) + probe->folded_count + slack;
	sums->cells = kvcalloc(room + 1, sizeof(*sums->cells), GFP_KERNEL);
	sums->reasons = kvcalloc(room + num_possible_cpus() * DP_UNKEYED_SLOTS + 1, sizeof(*sums->reasons), GFP_KERNEL);
	if (!sums->cells || !sums->reasons)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		cond_resched();
		if (!gather_table(sums, probe->tables[cpu], room - probe->folded_count)) {
			slack *= 4;
			goto again;
		}
	}
	return 0;
}

static int gather(struct sums *sums, const struct dp_probe *probe)
{
	u32 i;

	if (!probe->tables)
		return 0;
	if (gather_tables(sums, probe))
		return -ENOMEM;
	memcpy(sums->cells + sums->cell_count, probe->folded, probe->folded_count * sizeof(*probe->folded));
	sums->cell_count = merge(sums->cells, sums->cell_count + probe->folded_count);
	for (i = 0; i < sums->cell_count; i++) {
		struct dp_sum *sum = &sums->reasons[sums->reason_count++];

		*sum = sums->cells[i];
		sum->key = (struct dp_key){ .what = sums->cells[i].key.what >> 32 };
	}
	sums->reason_count = merge(sums->reasons, sums->reason_count);
	return 0;
}

static time64_t wall_time(unsigned long last, time64_t now)
{
	return now - (jiffies - last) / HZ;
}

static void print_count(struct dp_text *text, const struct dp_sum *sum, time64_t now)
{
	dp_print(text, " packets=%llu segments=%llu bytes=%llu last=%lld\n", sum->packets, sum->segments, sum->bytes,
		 wall_time(sum->last, now));
}

/* "symbol+0xoffset", and the module as a value of its own: values have no spaces. */
static void print_location(struct dp_text *text, u64 location)
{
	char name[KSYM_SYMBOL_LEN];
	char *module, *size;

	snprintf(name, sizeof(name), "%pS", (void *)(unsigned long)location);
	module = strstr(name, " [");
	if (module) {
		*module = '\0';
		module += 2;
		module[strcspn(module, " ]")] = '\0';
	}
	size = strrchr(name, '/');
	if (size)
		*size = '\0';
	dp_print(text, " location=%s", name);
	if (module)
		dp_print(text, " module=%s", module);
}

static const char *direction_name(u8 direction)
{
	return direction == DP_IN ? "in" : direction == DP_OUT ? "out" : "unknown";
}

static void print_cell(struct dp_text *text, const struct dp_sum *sum, time64_t now)
{
	const struct dp_key *key = &sum->key;
	bool cgroup = key->kind & DP_KIND_CGROUP;

	dp_print(text, "cell reason=%u", (u32)(key->what >> 32));
	print_location(text, key->location);
	dp_print(text, " family=%u protocol=%u direction=%s netns=%llu ifindex=%u cgroup=%llu",
		 DP_KIND_FAMILY(key->kind), DP_KIND_PROTOCOL(key->kind), direction_name(DP_KIND_DIRECTION(key->kind)),
		 cgroup ? dp_net_cookie(&init_net) : key->where, (u32)key->what, cgroup ? key->where : 0);
	if (key->kind & DP_KIND_GONE)
		dp_print(text, " gone=y");
	print_count(text, sum, now);
}

static void print_probe(struct dp_text *text, const struct dp_probe *probe, time64_t now)
{
	dp_print(text, "probe name=%s uid=%s abi=%u owner=%s active=%c lease=%u epoch=%016llx since=%lld now=%lld gap=%llu tag=%s\n",
		 probe->name, probe->manual ? "-" : probe->uid, DP_ABI, probe->manual ? "-" : probe->owner,
		 probe->active ? 'y' : 'n', dp_lease_left(probe), probe->epoch, probe->since, now, DIV_ROUND_UP_ULL(probe->gap_ms, 1000),
		 *probe->tag ? probe->tag : "-");
}

static void print_sums(struct dp_text *text, const struct sums *sums, time64_t now)
{
	struct dp_sum total = {};
	u32 i;

	for (i = 0; i < sums->reason_count; i++)
		dp_add(&total, &sums->reasons[i]);
	dp_print(text, "total packets=%llu segments=%llu bytes=%llu filtered=%llu unkeyed=%llu notdrops=%llu\n",
		 total.packets, total.segments, total.bytes, sums->filtered, sums->unkeyed, sums->notdrops);
	for (i = 0; i < sums->reason_count; i++) {
		dp_print(text, "reason id=%u name=", (u32)sums->reasons[i].key.what);
		dp_print_reason_name(text, sums->reasons[i].key.what);
		print_count(text, &sums->reasons[i], now);
	}
	for (i = 0; i < sums->cell_count; i++) {
		print_cell(text, &sums->cells[i], now);
		cond_resched();
	}
}

/**
 * dp_print_counters - write a probe's counters down
 * @text: where to
 * @probe: the probe; dp_lock is held
 */
void dp_print_counters(struct dp_text *text, const struct dp_probe *probe)
{
	time64_t now = ktime_get_real_seconds();
	struct sums sums = {};

	lockdep_assert_held(&dp_lock);
	print_probe(text, probe, now);
	if (gather(&sums, probe))
		text->error = -ENOMEM;
	else
		print_sums(text, &sums, now);
	if (probe->stages)
		dp_print_stages(text, probe->stages, probe->active);
	dp_print_end(text);
	free_sums(&sums);
}
