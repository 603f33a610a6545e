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

/**
 * struct sums - the counts of a probe
 * @cells: by key
 * @reasons: by reason
 * @cell_count: length of @cells
 * @reason_count: length of @reasons
 * @missing_cpus: CPUs that the probe can't count on
 * @filtered: see struct dp_table
 * @undecided: the same
 * @unkeyed: packets that are in @reasons, but not in @cells
 * @notdrops: skbs that are in neither
 */
struct sums {
	struct dp_sum *cells;
	struct dp_sum *reasons;
	u32 cell_count;
	u32 reason_count;
	u32 missing_cpus;
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
static u32 used_cells(const struct dp_probe *probe, u32 *tables)
{
	bool filling = false;
	u32 count = 0, used;
	int cpu;

	*tables = 0;
	for_each_possible_cpu(cpu) {
		const struct dp_table *table = dp_table_of(probe, cpu);

		if (!table)
			continue;
		cond_resched();
		used = used_in_table(table);
		filling |= used > table->mask / 2;
		count += used;
		++*tables;
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

/* Returns false if there are more cells in use than there is room for. */
static bool gather_cells(struct sums *sums, struct dp_table *table, u32 room)
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
	return true;
}

static void gather_unkeyed(struct sums *sums, struct dp_table *table)
{
	u32 i;

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
}

static void free_sums(struct sums *sums)
{
	u32 missing = sums->missing_cpus;

	kvfree(sums->cells);
	kvfree(sums->reasons);
	*sums = (struct sums){ .missing_cpus = missing };
}

/* Returns false, and @sums is to be emptied, if there are more cells or tables than expected. */
static bool gather_tables(struct sums *sums, const struct dp_probe *probe, u32 room, u32 tables)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct dp_table *table = dp_table_of(probe, cpu);

		if (!table)
			continue;
		cond_resched();
		if (!tables-- || !gather_cells(sums, table, room))
			return false;
		gather_unkeyed(sums, table);
	}
	return true;
}

/* The caller frees the sums, after an error too. */
static int gather_all(struct sums *sums, const struct dp_probe *probe)
{
	u32 room, tables, slack = 64;

	for (;;) {
		room = used_cells(probe, &tables) + slack;
		/*
		 * One more: gather_cells() reads a count into the next entry before it knows that
		 * it counts.
		 */
		sums->cells = kvcalloc(room + probe->folded_count + 1, sizeof(*sums->cells),
				       GFP_KERNEL_ACCOUNT);
		sums->reasons = kvcalloc(tables * DP_UNKEYED_SLOTS + probe->folded_count + 1,
					 sizeof(*sums->reasons), GFP_KERNEL_ACCOUNT);
		if (!sums->cells || !sums->reasons)
			return -ENOMEM;
		if (gather_tables(sums, probe, room, tables))
			return 0;
		free_sums(sums);
		slack *= 4;
	}
}

/* gather_all() has made room for them. */
static void gather_folded(struct sums *sums, const struct dp_probe *probe)
{
	u32 i;

	for (i = 0; i < probe->folded_count; i++) {
		const struct dp_sum *folded = &probe->folded[i];

		if (dp_folded_by_reason(folded)) {
			sums->reasons[sums->reason_count] = *folded;
			sums->reasons[sums->reason_count++].key =
				reason_key(DP_KEY_REASON(&folded->key));
			sums->unkeyed += folded->packets;
		} else {
			sums->cells[sums->cell_count++] = *folded;
		}
	}
}

/* Number of different reasons in sorted sums. */
static u32 count_reasons(const struct dp_sum *sums, u32 count)
{
	u32 i, different = 0;

	for (i = 0; i < count; i++)
		different += !i || DP_KEY_REASON(&sums[i].key) != DP_KEY_REASON(&sums[i - 1].key);
	return different;
}

/* Adds the cells, which are sorted by reason, to the sums by reason. */
static int add_reasons(struct sums *sums)
{
	u32 i, room = sums->reason_count + count_reasons(sums->cells, sums->cell_count);
	struct dp_sum *reasons = kvcalloc(room + 1, sizeof(*reasons), GFP_KERNEL_ACCOUNT);
	struct dp_sum *sum = NULL;

	if (!reasons)
		return -ENOMEM;
	memcpy(reasons, sums->reasons, sums->reason_count * sizeof(*reasons));
	kvfree(sums->reasons);
	sums->reasons = reasons;
	for (i = 0; i < sums->cell_count; i++) {
		u32 reason = DP_KEY_REASON(&sums->cells[i].key);

		if (!sum || DP_KEY_REASON(&sum->key) != reason) {
			sum = &reasons[sums->reason_count++];
			sum->key = reason_key(reason);
		}
		dp_add(sum, &sums->cells[i]);
	}
	sums->reason_count = merge(reasons, sums->reason_count);
	return 0;
}

static int gather(struct sums *sums, struct dp_probe *probe)
{
	if (!probe->tables)
		return 0;
	sums->missing_cpus = dp_tables_complete(probe);
	if (gather_all(sums, probe))
		return -ENOMEM;
	gather_folded(sums, probe);
	sums->cell_count = merge(sums->cells, sums->cell_count);
	return add_reasons(sums);
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
static void print_location(struct dp_text *text, unsigned long location)
{
	char name[KSYM_SYMBOL_LEN];
	char *module, *size;

	snprintf(name, sizeof(name), "%pS", (void *)location);
	module = dp_cut_module(name);
	size = strrchr(name, '/');
	if (size)
		*size = '\0';
	dp_print(text, " location=%s", name);
	if (module)
		dp_print(text, " module=%s", module);
}

static const char *const directions[] = {
	[DP_UNKNOWN] = "unknown",
	[DP_IN] = "in",
	[DP_OUT] = "out",
};

static const char *const tcp_kinds[] = {
	[DP_TCP_SYN] = "syn", [DP_TCP_RST] = "rst",	[DP_TCP_DATA] = "data",
	[DP_TCP_FIN] = "fin", [DP_TCP_EMPTY] = "empty",
};

static const char *const addressees[] = {
	[DP_BROADCAST] = "broadcast",
	[DP_GROUP] = "group",
	[DP_OTHER_HOST] = "other-host",
};

static const char *const socket_states[] = {
	[DP_TIME_WAIT] = "time-wait",
	[DP_LISTENING] = "listen",
};

static void print_facts(struct dp_text *text, u64 kind)
{
	u32 tcp = DP_KIND_GET(TCP, kind), addressee = DP_KIND_GET(ADDRESSEE, kind);
	u32 state = DP_KIND_GET(SOCKET, kind);

	if (tcp)
		dp_print(text, " tcp=%s", tcp_kinds[tcp]);
	if (addressee)
		dp_print(text, " to=%s", addressees[addressee]);
	if (state)
		dp_print(text, " socket=%s", socket_states[state]);
}

static void print_cell(struct dp_text *text, const struct dp_sum *sum, time64_t now)
{
	const struct dp_key *key = &sum->key;
	bool cgroup = key->kind & DP_KIND_CGROUP;

	dp_print(text, "cell reason=%u", DP_KEY_REASON(key));
	print_location(text, dp_address(key->kind));
	dp_print(text, " family=%u protocol=%u direction=%s netns=%llu ifindex=%u cgroup=%llu",
		 (u32)DP_KIND_GET(FAMILY, key->kind), (u32)DP_KIND_GET(PROTOCOL, key->kind),
		 directions[DP_KIND_GET(DIRECTION, key->kind)],
		 cgroup ? dp_net_cookie(&init_net) : key->owner, DP_KEY_IFINDEX(key),
		 cgroup ? key->owner : 0);
	print_facts(text, key->kind);
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
	dp_print(text, " filtered=%llu undecided=%llu unkeyed=%llu notdrops=%llu", sums->filtered,
		 sums->undecided, sums->unkeyed, sums->notdrops);
	if (sums->missing_cpus)
		dp_print(text, " missing-cpus=%u", sums->missing_cpus);
	dp_print(text, "\n");
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
void dp_print_counters(struct dp_text *text, struct dp_probe *probe, time64_t now)
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
