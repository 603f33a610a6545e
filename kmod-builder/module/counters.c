// SPDX-License-Identifier: GPL-2.0
/*
 * counters.c: the tables that the handler counts in, the memory limit for them, and the arithmetic
 * on counts.
 */
#include <linux/atomic.h>
#include <linux/cpuhotplug.h>
#include <linux/cpumask.h>
#include <linux/jiffies.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/topology.h>

#include "dropprobe.h"

static unsigned int memory_limit_mib = DP_MEMORY_DEFAULT;
module_param(memory_limit_mib, uint, 0444);
MODULE_PARM_DESC(memory_limit_mib,
		 "memory for the counters of all probes together, in MiB (default 32)");

/*
 * The tables that the handler on each CPU counts in.
 *
 * dp_tables_lock protects the chains, the tables of all probes, and the CPUs that have tables. The
 * callback for a CPU that comes online takes it, while the kernel holds the lock of CPU hotplug.
 * Registering a tracepoint, a kprobe or an ftrace hook takes that lock, too. So this lock is
 * innermost: nothing is registered, and no other lock of the module is taken, while it is held.
 */
DEFINE_PER_CPU(struct dp_chains, dp_chains);
static DEFINE_MUTEX(dp_tables_lock);
static LIST_HEAD(dp_tabled);   /* probes that have tables */
static struct cpumask dp_cpus; /* CPUs that have been online */
static int dp_hotplug_state;

static atomic_long_t dp_charged;	    /* bytes */
static atomic_long_t dp_sources_charged[2]; /* of these, for namespaces, and for devices */

/*
 * Users make namespaces and devices, which must not use up what the tables of probes need, and
 * neither what the other kind needs: each gets one part in so many.
 */
#define SOURCES_SHARE 8

static u64 memory_limit(void)
{
	return (u64)memory_limit_mib << 20;
}

static bool charge_up_to(u64 limit, atomic_long_t *charged, size_t bytes)
{
	long before = atomic_long_read(charged);

	do {
		if (bytes > limit || before > limit - bytes)
			return false;
	} while (!atomic_long_try_cmpxchg(charged, &before, before + bytes));
	return true;
}

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
	return charge_up_to(memory_limit(), &dp_charged, bytes) ? 0 : -ENOMEM;
}

/**
 * dp_uncharge - undo dp_charge()
 * @bytes: how much
 */
void dp_uncharge(size_t bytes)
{
	atomic_long_sub(bytes, &dp_charged);
}

/**
 * dp_charge_source - charge memory for a namespace or a device
 * @bytes: what is allocated by kmalloc(); charged is what that really takes
 * @device: it is for a device; these have a share of the limit of their own, and so have namespaces
 *
 * Return: 0, or -ENOMEM if the share or the limit would be exceeded; then nothing is charged.
 */
int dp_charge_source(size_t bytes, bool device)
{
	bytes = roundup_pow_of_two(bytes);
	if (!charge_up_to(memory_limit() / SOURCES_SHARE, &dp_sources_charged[device], bytes))
		return -ENOMEM;
	if (!dp_charge(bytes))
		return 0;
	atomic_long_sub(bytes, &dp_sources_charged[device]);
	return -ENOMEM;
}

/**
 * dp_uncharge_source - undo dp_charge_source()
 * @bytes: the same number
 * @device: the same
 */
void dp_uncharge_source(size_t bytes, bool device)
{
	bytes = roundup_pow_of_two(bytes);
	atomic_long_sub(bytes, &dp_sources_charged[device]);
	dp_uncharge(bytes);
}

static size_t cells_size(const struct dp_probe *probe)
{
	return roundup_pow_of_two(probe->cells) * sizeof(struct dp_cell);
}

/* What the kernel really takes: powers of two. */
static size_t table_size(const struct dp_probe *probe)
{
	return roundup_pow_of_two(sizeof(struct dp_table)) + cells_size(probe);
}

/* What a probe takes beside its tables. */
static size_t fixed_size(const struct dp_probe *probe)
{
	return roundup_pow_of_two(nr_cpu_ids * sizeof(*probe->tables)) +
	       roundup_pow_of_two(DP_FOLDED_MAX * sizeof(*probe->folded));
}

static void release_table(const struct dp_probe *probe, struct dp_table *table)
{
	kvfree(table->cells);
	kfree(table);
	dp_uncharge(table_size(probe));
}

/* NULL if the limit would be exceeded or the kernel has no memory. */
static struct dp_table *make_table(const struct dp_probe *probe, int cpu)
{
	u32 cells = roundup_pow_of_two(probe->cells);
	struct dp_table *table;

	if (dp_charge(table_size(probe)))
		return NULL;
	table = kzalloc_node(sizeof(*table), GFP_KERNEL, cpu_to_node(cpu));
	if (!table)
		goto uncharge;
	table->cells = kvzalloc_node(cells_size(probe), GFP_KERNEL, cpu_to_node(cpu));
	if (!table->cells)
		goto free;
	table->hint = table->cells;
	table->match = probe->match;
	table->shift = 64 - ilog2(cells);
	table->mask = cells - 1;
	return table;

free:
	kfree(table);
uncharge:
	dp_uncharge(table_size(probe));
	return NULL;
}

static struct dp_table **chain_of(const struct dp_probe *probe, int cpu)
{
	struct dp_chains *chains = per_cpu_ptr(&dp_chains, cpu);

	return probe->match ? &chains->filtered : &chains->plain;
}

static void link_table(const struct dp_probe *probe, int cpu)
{
	struct dp_table **head = chain_of(probe, cpu), *table = probe->tables[cpu];

	WRITE_ONCE(table->next, *head);
	/* A handler that finds the table finds it initialised. */
	smp_store_release(head, table);
}

static void unlink_table(const struct dp_probe *probe, int cpu)
{
	struct dp_table **link = chain_of(probe, cpu), *table = probe->tables[cpu];

	while (*link != table)
		link = &(*link)->next;
	WRITE_ONCE(*link, table->next);
}

/* Gives the probe a table for this CPU unless it has one. Returns false if there is no memory. */
static bool add_table(struct dp_probe *probe, int cpu)
{
	struct dp_table *table;

	lockdep_assert_held(&dp_tables_lock);
	if (probe->tables[cpu])
		return true;
	table = make_table(probe, cpu);
	if (!table)
		return false;
	/* Pairs with dp_table_of(). */
	smp_store_release(&probe->tables[cpu], table);
	if (probe->linked)
		link_table(probe, cpu);
	return true;
}

static void free_tables(struct dp_probe *probe)
{
	int cpu;

	if (probe->tables)
		for_each_possible_cpu(cpu)
			if (probe->tables[cpu])
				release_table(probe, probe->tables[cpu]);
	kvfree(probe->tables);
	kvfree(probe->folded);
	probe->tables = NULL;
	probe->folded = NULL;
	probe->folded_count = 0;
	dp_uncharge(fixed_size(probe));
}

static bool add_tables(struct dp_probe *probe)
{
	bool complete = true;
	int cpu;

	mutex_lock(&dp_tables_lock);
	for_each_cpu(cpu, &dp_cpus) complete &= add_table(probe, cpu);
	if (complete)
		list_add(&probe->tabled, &dp_tabled);
	mutex_unlock(&dp_tables_lock);
	return complete;
}

/**
 * dp_tables_make - allocate a probe's tables, one for each CPU that has been online
 * @probe: the probe, which has no tables yet
 *
 * A CPU that comes online later gets its table then.
 *
 * Return: 0, or -ENOMEM if the limit would be exceeded or the kernel has no memory; then nothing is
 * changed.
 */
int dp_tables_make(struct dp_probe *probe)
{
	if (dp_charge(fixed_size(probe)))
		return -ENOMEM;
	probe->tables = kvcalloc(nr_cpu_ids, sizeof(*probe->tables), GFP_KERNEL);
	probe->folded = kvcalloc(DP_FOLDED_MAX, sizeof(*probe->folded), GFP_KERNEL);
	if (probe->tables && probe->folded && add_tables(probe))
		return 0;
	free_tables(probe);
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
	mutex_lock(&dp_tables_lock);
	list_del(&probe->tabled);
	mutex_unlock(&dp_tables_lock);
	free_tables(probe);
}

/**
 * dp_tables_link - link a probe's tables into the chains of the handlers
 * @probe: the probe, whose tables are in no chain, and not in use by any handler
 */
void dp_tables_link(struct dp_probe *probe)
{
	int cpu;

	mutex_lock(&dp_tables_lock);
	probe->linked = true;
	for_each_possible_cpu(cpu)
		if (probe->tables[cpu])
			link_table(probe, cpu);
	mutex_unlock(&dp_tables_lock);
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

	mutex_lock(&dp_tables_lock);
	probe->linked = false;
	for_each_possible_cpu(cpu)
		if (probe->tables[cpu])
			unlink_table(probe, cpu);
	mutex_unlock(&dp_tables_lock);
	synchronize_rcu();
}

/**
 * dp_tables_set_match - replace a probe's filter while handlers may be running
 * @probe: the probe, which has a filter; may have no tables
 * @match: the new filter
 *
 * Waits for an RCU grace period; afterwards no handler uses the old filter.
 */
void dp_tables_set_match(struct dp_probe *probe, struct dp_match *match)
{
	int cpu;

	mutex_lock(&dp_tables_lock);
	probe->match = match;
	for_each_possible_cpu(cpu) {
		if (probe->tables && probe->tables[cpu]) {
			/* A handler that finds the filter finds it complete. */
			smp_store_release(&probe->tables[cpu]->match, match);
		}
	}
	mutex_unlock(&dp_tables_lock);
	synchronize_rcu();
}

/**
 * dp_tables_complete - try again to give each CPU its table
 * @probe: the probe, which has tables
 *
 * There may have been no memory when a CPU came online.
 *
 * Return: the number of CPUs that still have no table, on which the probe can't count.
 */
u32 dp_tables_complete(struct dp_probe *probe)
{
	u32 missing = 0;
	int cpu;

	mutex_lock(&dp_tables_lock);
	for_each_cpu(cpu, &dp_cpus) missing += !add_table(probe, cpu);
	mutex_unlock(&dp_tables_lock);
	return missing;
}

/* A CPU comes online. It is not refused if there is no memory, see dp_tables_complete(). */
static int cpu_comes_online(unsigned int cpu)
{
	struct dp_probe *probe;

	mutex_lock(&dp_tables_lock);
	cpumask_set_cpu(cpu, &dp_cpus);
	list_for_each_entry(probe, &dp_tabled, tabled)
		if (!add_table(probe, cpu))
			pr_warn("CPU %u: no memory for the counters of %s\n", cpu, probe->name);
	mutex_unlock(&dp_tables_lock);
	return 0;
}

/**
 * dp_tables_init - follow the CPUs that come online
 *
 * Return: 0 or a negative errno.
 */
int dp_tables_init(void)
{
	/* The callback is called at once for each CPU that is online. */
	dp_hotplug_state = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "net/dropprobe:online",
					     cpu_comes_online, NULL);
	return dp_hotplug_state < 0 ? dp_hotplug_state : 0;
}

/** dp_tables_exit - undo dp_tables_init() */
void dp_tables_exit(void)
{
	cpuhp_remove_state_nocalls(dp_hotplug_state);
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
