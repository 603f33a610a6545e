// SPDX-License-Identifier: GPL-2.0
/*
 * counters.c: the tables that the handler counts in, the memory limit for them, and the arithmetic
 * on counts.
 */
#include <linux/atomic.h>
#include <linux/jiffies.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/overflow.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/topology.h>

#include "dropprobe.h"

static unsigned int memory_limit_mib = DP_MEMORY_DEFAULT;
module_param(memory_limit_mib, uint, 0444);
MODULE_PARM_DESC(memory_limit_mib,
		 "memory for the counters of all probes together, in MiB (default 32)");

/* The chain of tables that the handler on each CPU walks; changed under dp_lock. */
DEFINE_PER_CPU(struct dp_table *, dp_active_tables);

static atomic_long_t dp_charged; /* bytes */

/**
 * dp_charge - charge memory to the module's limit
 * @bytes: how much
 *
 * Needs no lock, since the notifiers charge too, which must not wait for dp_lock.
 *
 * Return: 0, or -ENOMEM if the limit would be exceeded; then nothing is charged.
 */
int dp_charge(size_t bytes)
{
	u64 limit = (u64)memory_limit_mib << 20;
	long charged = atomic_long_read(&dp_charged);

	do {
		if (bytes > limit || charged > limit - bytes)
			return -ENOMEM;
	} while (!atomic_long_try_cmpxchg(&dp_charged, &charged, charged + bytes));
	return 0;
}

/**
 * dp_uncharge - undo dp_charge()
 * @bytes: how much
 */
void dp_uncharge(size_t bytes)
{
	atomic_long_sub(bytes, &dp_charged);
}

static size_t table_size(const struct dp_probe *probe)
{
	return sizeof(struct dp_table) + roundup_pow_of_two(probe->cells) * sizeof(struct dp_cell);
}

static size_t tables_size(const struct dp_probe *probe)
{
	return table_size(probe) * num_possible_cpus() + nr_cpu_ids * sizeof(*probe->tables) +
	       DP_FOLDED_MAX * sizeof(*probe->folded);
}

static struct dp_table *make_table(const struct dp_probe *probe, int cpu)
{
	struct dp_table *table = kvzalloc_node(table_size(probe), GFP_KERNEL, cpu_to_node(cpu));
	u32 cells = roundup_pow_of_two(probe->cells);

	if (!table)
		return NULL;
	table->match = probe->match;
	table->shift = 64 - ilog2(cells);
	table->mask = cells - 1;
	return table;
}

static void free_tables(struct dp_probe *probe)
{
	int cpu;

	for_each_possible_cpu(cpu)
		if (probe->tables)
			kvfree(probe->tables[cpu]);
	kvfree(probe->tables);
	kvfree(probe->folded);
	probe->tables = NULL;
	probe->folded = NULL;
	probe->folded_count = 0;
}

/**
 * dp_tables_make - allocate a probe's tables, one for each possible CPU
 * @probe: the probe, which has no tables yet
 *
 * Return: 0, or -ENOMEM if the limit would be exceeded or the kernel has no memory; then nothing is
 * changed.
 */
int dp_tables_make(struct dp_probe *probe)
{
	int cpu;

	if (dp_charge(tables_size(probe)))
		return -ENOMEM;
	probe->tables = kvcalloc(nr_cpu_ids, sizeof(*probe->tables), GFP_KERNEL);
	probe->folded = kvcalloc(DP_FOLDED_MAX, sizeof(*probe->folded), GFP_KERNEL);
	if (!probe->tables || !probe->folded)
		goto no_memory;
	for_each_possible_cpu(cpu) {
		probe->tables[cpu] = make_table(probe, cpu);
		if (!probe->tables[cpu])
			goto no_memory;
	}
	return 0;

no_memory:
	free_tables(probe);
	dp_uncharge(tables_size(probe));
	return -ENOMEM;
}

/**
 * dp_tables_free - free a probe's tables
 * @probe: the probe, which is not active; may have no tables
 */
void dp_tables_free(struct dp_probe *probe)
{
	if (!probe->tables)
		return;
	free_tables(probe);
	dp_uncharge(tables_size(probe));
}

/**
 * dp_tables_link - link a probe's tables into the chains of the handlers
 * @probe: the probe, whose tables are in no chain, and not in use by any handler
 */
void dp_tables_link(struct dp_probe *probe)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct dp_table **head = per_cpu_ptr(&dp_active_tables, cpu);

		WRITE_ONCE(probe->tables[cpu]->next, *head);
		/* A handler that finds the table finds it initialised. */
		smp_store_release(head, probe->tables[cpu]);
	}
}

/**
 * dp_tables_unlink - unlink a probe's tables from the handlers
 * @probe: the probe, whose tables are in the chains
 *
 * Waits for an RCU grace period; afterwards no handler uses the tables.
 */
void dp_tables_unlink(struct dp_probe *probe)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct dp_table **link = per_cpu_ptr(&dp_active_tables, cpu);

		while (*link != probe->tables[cpu])
			link = &(*link)->next;
		WRITE_ONCE(*link, probe->tables[cpu]->next);
	}
	synchronize_rcu();
}

/**
 * dp_tables_set_match - change a probe's filter while handlers may be running
 * @probe: the probe; may have no tables
 * @match: the new filter
 *
 * Waits for an RCU grace period; afterwards no handler uses the old filter.
 */
void dp_tables_set_match(struct dp_probe *probe, const struct dp_match *match)
{
	int cpu;

	if (!probe->tables)
		return;
	for_each_possible_cpu(cpu) {
		/* A handler that finds the filter finds it complete. */
		smp_store_release(&probe->tables[cpu]->match, match);
	}
	synchronize_rcu();
}

/**
 * dp_read_count - read a count that a handler may be adding to
 * @sum: the result; its key is not changed
 * @count: the count
 */
void dp_read_count(struct dp_sum *sum, struct dp_count *count)
{
	sum->packets = local64_read(&count->packets);
	sum->segments = sum->packets + local64_read(&count->extra_segments);
	sum->bytes = local64_read(&count->bytes);
	/*
	 * If a packet was read, then the time and what the caller reads next of this cell or slot
	 * are valid. Pairs with count_unkeyed().
	 */
	smp_rmb();
	sum->last = READ_ONCE(count->last);
}

/**
 * dp_add - add a sum to another one
 * @sum: the sum to add to; keeps its key
 * @other: the sum to add
 */
void dp_add(struct dp_sum *sum, const struct dp_sum *other)
{
	if (!sum->packets || time_after(other->last, sum->last))
		sum->last = other->last;
	sum->packets += other->packets;
	sum->segments += other->segments;
	sum->bytes += other->bytes;
}
