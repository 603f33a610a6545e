// SPDX-License-Identifier: GPL-2.0
/*
 * snapshot.c: adds up the tables of one probe over all CPUs, and prints the sums as records. For
 * process context, under dp_lock; the handlers count on meanwhile. All counts come from one pass
 * over the cells, so in each answer the total is the sum of the reasons.
 */
#include <linux/jiffies.h>
#include <linux/kallsyms.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>

#include "dropprobe.h"

struct sums {
	struct dp_sum *cells;
	struct dp_sum *reasons;
	u32 cell_count;
	u32 reason_count;
	u64 filtered;
	u64 undecided;
	u64 unkeyed;
	u64 notdrops;
};

static int compare_keys(const void *a, const void *b)
{
	const struct dp_key *x = &((const struct dp_sum *)a)->key;
	const struct dp_key *y = &((const struct dp_sum *)b)->key;

	if (x->reason_ifindex != y->reason_ifindex)
		return x->reason_ifindex < y->reason_ifindex ? -1 : 1;
	if (x->location != y->location)
		return x->location < y->location ? -1 : 1;
	if (x->owner != y->owner)
		return x->owner < y->owner ? -1 : 1;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return 0;
}

/* There may be hundreds of thousands of cells to sort. */
static int compare_gently(const void *a, const void *b)
{
	cond_resched();
	return compare_keys(a, b);
}

/* Sorts the sums, and adds up those with the same key. Returns how many are left. */
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

/* Counts the cells in use, and schedules a fold if a table is more than half full. */
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

/* The key of a sum by reason. */
static struct dp_key reason_key(u32 reason)
{
	return (struct dp_key){ .reason_ifindex = (u64)reason << DP_REASON_SHIFT };
}

/* Returns false if the handlers have claimed more cells than there is room for. */
static bool gather_table(struct sums *sums, struct dp_table *table, u32 room)
{
	u32 i;

	for (i = 0; i <= table->mask; i++) {
		struct dp_cell *cell = &table->cells[i];
		struct dp_sum *sum = &sums->cells[sums->cell_count];

		/* Pairs with claim(). */
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
		sum->key = reason_key(i < DP_UNKEYED_SLOTS - 1 ? (u32)READ_ONCE(slot->id) :
								 DP_REASON_LOST);
		if (sum->packets)
			sums->reason_count++;
		sums->unkeyed += sum->packets;
	}
	sums->filtered += local64_read(&table->filtered);
	sums->undecided += local64_read(&table->undecided);
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
	/*
	 * One more: gather_table() reads a count into the next entry before it knows that it
	 * counts.
	 */
	room = used_cells(probe) + probe->folded_count + slack;
	sums->cells = kvcalloc(room + 1, sizeof(*sums->cells), GFP_KERNEL);
	sums->reasons = kvcalloc(room + num_possible_cpus() * DP_UNKEYED_SLOTS + 1,
				 sizeof(*sums->reasons), GFP_KERNEL);
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
	memcpy(sums->cells + sums->cell_count, probe->folded,
	       probe->folded_count * sizeof(*probe->folded));
	sums->cell_count = merge(sums->cells, sums->cell_count + probe->folded_count);
	for (i = 0; i < sums->cell_count; i++) {
		struct dp_sum *sum = &sums->reasons[sums->reason_count++];

		*sum = sums->cells[i];
		sum->key = reason_key(DP_KEY_REASON(&sums->cells[i].key));
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
	dp_print(text, " packets=%llu segments=%llu bytes=%llu last=%lld\n", sum->packets,
		 sum->segments, sum->bytes, wall_time(sum->last, now));
}

/*
 * Prints "symbol+0xoffset", and the module as a value of its own, because values must not contain
 * spaces.
 */
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

	dp_print(text, "cell reason=%u", DP_KEY_REASON(key));
	print_location(text, key->location);
	dp_print(text, " family=%u protocol=%u direction=%s netns=%llu ifindex=%u cgroup=%llu",
		 DP_KIND_FAMILY(key->kind), DP_KIND_PROTOCOL(key->kind),
		 direction_name(DP_KIND_DIRECTION(key->kind)),
		 cgroup ? dp_net_cookie(&init_net) : key->owner, DP_KEY_IFINDEX(key),
		 cgroup ? key->owner : 0);
	if (key->kind & DP_KIND_FOLDED)
		dp_print(text, " gone=y");
	print_count(text, sum, now);
}

static void print_sums(struct dp_text *text, const struct sums *sums, time64_t now)
{
	struct dp_sum total = {};
	u32 i;

	for (i = 0; i < sums->reason_count; i++)
		dp_add(&total, &sums->reasons[i]);
	dp_print(text, "total packets=%llu segments=%llu bytes=%llu", total.packets, total.segments,
		 total.bytes);
	dp_print(text, " filtered=%llu undecided=%llu unkeyed=%llu notdrops=%llu\n", sums->filtered,
		 sums->undecided, sums->unkeyed, sums->notdrops);
	for (i = 0; i < sums->reason_count; i++) {
		u32 reason = DP_KEY_REASON(&sums->reasons[i].key);

		dp_print(text, "reason id=%u name=", reason);
		dp_print_reason_name(text, reason);
		print_count(text, &sums->reasons[i], now);
	}
	for (i = 0; i < sums->cell_count; i++) {
		print_cell(text, &sums->cells[i], now);
		cond_resched();
	}
}

/**
 * dp_print_counters - print the counters of a probe as records
 * @text: where to print
 * @probe: the probe; the caller holds dp_lock
 * @now: Unix time
 */
void dp_print_counters(struct dp_text *text, const struct dp_probe *probe, time64_t now)
{
	struct sums sums = {};

	lockdep_assert_held(&dp_lock);
	if (gather(&sums, probe))
		text->error = -ENOMEM;
	else
		print_sums(text, &sums, now);
	if (probe->stages)
		dp_print_stages(text, probe->stages, probe->active);
	free_sums(&sums);
}
