// SPDX-License-Identifier: GPL-2.0
/*
 * counters.c: the tables that the handler counts in: made, put in the CPUs' chains, taken out, freed.
 */
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
MODULE_PARM_DESC(memory_limit_mib, "memory for the counters of all probes together, in MiB (default 32)");

static size_t dp_charged;	/* bytes, guarded by dp_lock */

/**
 * dp_charge - take from the module's memory bound
 * @bytes: how much
 *
 * Return: 0, or -ENOMEM and nothing taken.
 */
int dp_charge(size_t bytes)
{
	u64 limit = (u64)memory_limit_mib << 20;

	lockdep_assert_held(&dp_lock);
	if (bytes > limit || dp_charged > limit - bytes)
		return -ENOMEM;
	dp_charged += bytes;
	return 0;
}

/**
 * dp_uncharge - give back to the module's memory bound
 * @bytes: what dp_charge() took
 */
void dp_uncharge(size_t bytes)
{
	lockdep_assert_held(&dp_lock);
	dp_charged -= bytes;
}

static size_t table_size(const struct dp_probe *probe)
{
	return sizeof(struct dp_table) + roundup_pow_of_two(probe->cells) * sizeof(struct dp_cell);
}

static size_t tables_size(const struct dp_probe *probe)
{
	return table_size(probe) * num_possible_cpus() + nr_cpu_ids * sizeof(*probe->tables) + DP_FOLDED_MAX * sizeof(*probe->folded);
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
 * dp_tables_make - give a probe its tables, one for each CPU that there can be
 * @probe: without tables
 *
 * Return: 0; -ENOMEM where the bound is reached or the kernel has no memory, and nothing is changed.
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
 * @probe: not active
 */
void dp_tables_free(struct dp_probe *probe)
{
	if (!probe->tables)
		return;
	free_tables(probe);
	dp_uncharge(tables_size(probe));
}

/**
 * dp_tables_link - let the handlers count for a probe
 * @probe: with tables that are in no chain, and that no handler looks at any more
 */
void dp_tables_link(struct dp_probe *probe)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct dp_table **head = per_cpu_ptr(&dp_active_tables, cpu);

		WRITE_ONCE(probe->tables[cpu]->next, *head);
		smp_store_release(head, probe->tables[cpu]);
	}
}

/**
 * dp_tables_unlink - let the handlers count no more for a probe; waits until none does
 * @probe: with tables that are in the chains
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
 * dp_tables_set_match - change the filter while handlers may be running; waits until none uses the one before
 * @probe: may be without tables
 * @match: the new filter
 */
void dp_tables_set_match(struct dp_probe *probe, const struct dp_match *match)
{
	int cpu;

	if (!probe->tables)
		return;
	for_each_possible_cpu(cpu)
		smp_store_release(&probe->tables[cpu]->match, match);
	synchronize_rcu();
}
