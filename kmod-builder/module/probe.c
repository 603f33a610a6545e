// SPDX-License-Identifier: GPL-2.0
/*
 * probe.c: the probes, their owners and leases, and the commands that change them. For process
 * context.
 *
 * An active probe counts: its tables are in the chains of the handlers, and it holds one reference
 * to the module, so that the module can't be unloaded. The first probe that is activated registers
 * the handler of drops, the last one that is deactivated unregisters it.
 *
 * The probe of an agent has a lease. If its owner does not renew it, the probe is deactivated and
 * keeps its counters, so that an agent that crashes leaves nothing running. The manual probe has
 * neither owner nor lease.
 */
#include <linux/err.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>

#include "dropprobe.h"

static bool dp_open; /* commands are accepted; protected by dp_command_lock */

/* Makes the files of a probe; set once, before commands are accepted. */
static int (*dp_add_files)(const char *name, struct proc_dir_entry **files);

/* Protected by dp_lock. */
static u32 dp_active_count; /* active probes */
static u32 dp_stages_count; /* active probes that count at the stages too */

static void expire_leases(struct work_struct *work);
static DECLARE_DELAYED_WORK(dp_lease_work, expire_leases);

/**
 * dp_find_probe - find a probe by its name
 * @name: the name
 *
 * Return: the probe, NULL if there is none; valid while dp_lock is held.
 */
struct dp_probe *dp_find_probe(const char *name)
{
	struct dp_probe *probe;

	list_for_each_entry(probe, &dp_probes, node)
		if (!strcmp(probe->name, name))
			return probe;
	return NULL;
}

static bool lease_live(const struct dp_probe *probe)
{
	return ktime_before(ktime_get(), probe->lease_end);
}

/* Seconds until the lease ends, rounded up; 0 once it has expired, and for the manual probe. */
static u32 lease_left(const struct dp_probe *probe)
{
	s64 left = ktime_ms_delta(probe->lease_end, ktime_get());

	return left > 0 && !probe->manual ? (u32)(left + 999) / 1000 : 0;
}

static void set_lease(struct dp_probe *probe, u32 seconds)
{
	probe->lease = seconds;
	probe->lease_end = ktime_add_ms(ktime_get(), (u64)seconds * 1000);
}

/* Schedules the work for the time at which the next lease of an active probe ends. */
static void schedule_expiry(void)
{
	struct dp_probe *probe;
	s64 next = S64_MAX;

	lockdep_assert_held(&dp_lock);
	list_for_each_entry(probe, &dp_probes, node)
		if (probe->active && !probe->manual)
			next = min(next, ktime_ms_delta(probe->lease_end, ktime_get()));
	cancel_delayed_work(&dp_lease_work);
	if (next != S64_MAX)
		schedule_delayed_work(&dp_lease_work, msecs_to_jiffies(max_t(s64, next, 0)) + 1);
}

/* Closes the gap: from here on, not counting is intended. */
static void end_gap(struct dp_probe *probe)
{
	if (probe->expired)
		probe->gap_ms += ktime_ms_delta(ktime_get(), probe->expired_at);
	probe->expired = false;
}

static int activate(struct dp_probe *probe)
{
	bool made = !probe->tables;
	int error;

	if (probe->active)
		return 0;
	if (!try_module_get(THIS_MODULE))
		return -ENODEV;
	if (made) {
		error = dp_tables_make(probe);
		if (error)
			goto put;
	}
	if (!dp_active_count) {
		error = dp_drop_hook();
		if (error)
			goto free;
		dp_xdp_hook();
	}
	dp_active_count++;
	dp_tables_link(probe);
	if (probe->stages) {
		if (!dp_stages_count++)
			dp_stages_hook();
		dp_stages_begin(probe->stages);
	}
	/* Inside the time in which drops are counted, so that these are never fewer. */
	dp_netstat_set_active(probe->netstat, true);
	probe->active = true;
	if (!probe->since)
		probe->since = ktime_get_real_seconds();
	end_gap(probe);
	return 0;

free:
	if (made)
		dp_tables_free(probe);
put:
	module_put(THIS_MODULE);
	return error;
}

static void deactivate(struct dp_probe *probe)
{
	if (!probe->active)
		return;
	probe->active = false;
	dp_netstat_set_active(probe->netstat, false);
	if (probe->stages) {
		dp_stages_end(probe->stages);
		if (!--dp_stages_count)
			dp_stages_unhook();
	}
	dp_tables_unlink(probe);
	if (!--dp_active_count) {
		dp_xdp_unhook();
		dp_drop_unhook();
	}
	module_put(THIS_MODULE);
}

static void expire_leases(struct work_struct *work)
{
	struct dp_probe *probe;

	mutex_lock(&dp_lock);
	list_for_each_entry(probe, &dp_probes, node) {
		if (probe->active && !probe->manual && !lease_live(probe)) {
			deactivate(probe);
			probe->expired = true;
			probe->expired_at = ktime_get();
		}
	}
	schedule_expiry();
	mutex_unlock(&dp_lock);
}

static void free_probe(struct dp_probe *probe)
{
	dp_netstat_free(probe->netstat);
	kvfree(probe->match);
	kfree(probe->stages);
	kfree(probe);
}

static void remove_files(const struct dp_probe *probe)
{
	int i;

	for (i = 0; i < DP_FILES; i++)
		proc_remove(probe->files[i]);
}

/* Removes an inactive probe from the list and frees its tables; its files remain. */
static void unlist(struct dp_probe *probe)
{
	lockdep_assert_held(&dp_lock);
	list_del(&probe->node);
	dp_tables_free(probe);
	dp_uncharge(probe->charged);
}

static struct dp_match *copy_match(const struct dp_match *match)
{
	struct dp_match *copy = kvmalloc(sizeof(*copy), GFP_KERNEL);

	if (copy)
		*copy = *match;
	return copy;
}

static struct dp_probe *new_probe(const char *name, u32 cells)
{
	struct dp_probe *probe = kzalloc(sizeof(*probe), GFP_KERNEL);

	if (!probe)
		return NULL;
	strscpy(probe->name, name, sizeof(probe->name));
	probe->cells = cells;
	do
		probe->epoch = get_random_u64();
	while (!probe->epoch);
	return probe;
}

/* Adds a new probe to the list and makes its files. After an error the caller frees the probe. */
static int list_probe(struct dp_probe *probe)
{
	/* What the kernel really takes: powers of two. */
	size_t charge = roundup_pow_of_two(sizeof(*probe)) +
			(probe->match ? roundup_pow_of_two(sizeof(*probe->match)) : 0) +
			(probe->stages ? roundup_pow_of_two(sizeof(*probe->stages)) : 0);
	int error;

	probe->netstat = dp_netstat_make(probe->match);
	if (!probe->netstat)
		return -ENOMEM;
	if (mutex_lock_killable(&dp_lock))
		return -EINTR;
	error = dp_charge(charge);
	if (!error) {
		probe->charged = charge;
		/* The manual probe, added first, stays the last in the list. */
		list_add_tail(&probe->node, probe->manual ? &dp_probes : dp_probes.prev);
	}
	mutex_unlock(&dp_lock);
	if (error)
		return error;

	error = dp_add_files(probe->name, probe->files);
	if (!error)
		return 0;
	/* Not killable: a probe in the list without its files must not remain. */
	mutex_lock(&dp_lock);
	unlist(probe);
	mutex_unlock(&dp_lock);
	return error;
}

static int probe_count(void)
{
	struct dp_probe *probe;
	int count = 0;

	list_for_each_entry(probe, &dp_probes, node)
		count += !probe->manual;
	return count;
}

/* Checks whether the probe can be added. */
static int check_add(const struct dp_command *command)
{
	const struct dp_probe *probe;
	int error = 0;

	if (mutex_lock_killable(&dp_lock))
		return -EINTR;
	probe = dp_find_probe(command->name);
	if (probe && !strcmp(probe->uid, command->uid) && strcmp(probe->owner, command->owner) &&
	    lease_live(probe))
		error = -EBUSY;
	else if (probe)
		error = -EEXIST;
	else if (probe_count() >= DP_PROBES_MAX)
		error = -ENOSPC;
	mutex_unlock(&dp_lock);
	return error;
}

static int add_probe(const struct dp_command *command)
{
	struct dp_probe *probe;
	int error = check_add(command);

	if (error)
		return error;
	probe = new_probe(command->name, command->cells);
	if (!probe)
		return -ENOMEM;
	strscpy(probe->uid, command->uid, sizeof(probe->uid));
	strscpy(probe->owner, command->owner, sizeof(probe->owner));
	if (command->tag)
		strscpy(probe->tag, command->tag, sizeof(probe->tag));
	set_lease(probe, command->lease);
	if (command->match.given) {
		probe->match = copy_match(&command->match);
		error = probe->match ? 0 : -ENOMEM;
	}
	if (command->stages) {
		probe->stages = kzalloc(sizeof(*probe->stages), GFP_KERNEL);
		error = probe->stages ? error : -ENOMEM;
	}
	if (!error)
		error = list_probe(probe);
	if (error)
		free_probe(probe);
	return error;
}

static int remove_probe(struct dp_probe *probe)
{
	if (probe->active)
		return -EAGAIN;
	unlist(probe);
	return 0;
}

/* Only the list of namespaces can be changed, and only of a probe that was added with one. */
static int set_netns(struct dp_probe *probe, const struct dp_match *match)
{
	struct dp_match *old = probe->match, *new;

	if (!old || !(old->given & DP_GIVEN_NETNS))
		return -EINVAL;
	new = copy_match(old);
	if (!new)
		return -ENOMEM;
	new->netns_count = match->netns_count;
	memcpy(new->netns, match->netns, sizeof(new->netns));
	dp_tables_set_match(probe, new);
	dp_netstat_set_match(probe->netstat, new);
	kvfree(old);
	return 0;
}

/*
 * Checks the owner. After the lease has expired, another owner may take the probe over by renew
 * only.
 */
static int check_owner(const struct dp_probe *probe, const struct dp_command *command)
{
	if (!probe || probe->manual || strcmp(probe->uid, command->uid))
		return -ENOENT;
	if (!strcmp(probe->owner, command->owner))
		return 0;
	return command->verb == DP_RENEW && !lease_live(probe) ? 0 : -EBUSY;
}

static int change_probe(struct dp_probe *probe, const struct dp_command *command)
{
	int error = 0;

	switch (command->verb) {
	case DP_SET:
		return set_netns(probe, &command->match);
	case DP_ACTIVATE:
		error = activate(probe);
		/* The owner is alive, so an expired lease starts again. */
		if (!error && !lease_live(probe))
			set_lease(probe, probe->lease);
		break;
	case DP_DEACTIVATE:
		deactivate(probe);
		end_gap(probe);
		break;
	case DP_RENEW:
		strscpy(probe->owner, command->owner, sizeof(probe->owner));
		set_lease(probe, command->lease);
		break;
	case DP_REMOVE:
		return remove_probe(probe);
	default:
		return -EINVAL;
	}
	schedule_expiry();
	return error;
}

/**
 * dp_run_command - execute a command
 * @command: the command, as dp_parse_command() returned it; the caller holds dp_command_lock
 *
 * Return: 0, or a negative errno; then nothing is changed. PROTOCOL.md lists the errors of each
 * command. In addition, -ENODEV while the module is being loaded or unloaded, and -EINTR if the
 * writer was killed while it waited.
 */
int dp_run_command(const struct dp_command *command)
{
	struct dp_probe *probe;
	int error;

	lockdep_assert_held(&dp_command_lock);
	if (!dp_open)
		return -ENODEV;
	if (command->verb == DP_ADD)
		return add_probe(command);

	if (mutex_lock_killable(&dp_lock))
		return -EINTR;
	probe = dp_find_probe(command->name);
	error = check_owner(probe, command);
	if (!error)
		error = change_probe(probe, command);
	mutex_unlock(&dp_lock);
	if (!error && command->verb == DP_REMOVE) {
		remove_files(probe);
		free_probe(probe);
	}
	return error;
}

/**
 * dp_manual_switch - activate or deactivate the manual probe
 * @on: whether it shall be active; it may be so already
 *
 * The caller holds dp_command_lock.
 *
 * Return: 0 or a negative errno: -ENODEV while the module is being loaded or unloaded, -EINTR if
 * the writer was killed while it waited, or an error of the activation.
 */
int dp_manual_switch(bool on)
{
	struct dp_probe *probe;
	int error = 0;

	lockdep_assert_held(&dp_command_lock);
	if (!dp_open)
		return -ENODEV;
	if (mutex_lock_killable(&dp_lock))
		return -EINTR;
	probe = dp_find_probe(DP_MANUAL);
	if (on)
		error = activate(probe);
	else
		deactivate(probe);
	mutex_unlock(&dp_lock);
	return error;
}

/**
 * dp_print_settings - print the file drop-packet
 * @text: where to print
 *
 * Return: 0, or -EINTR if the reader was killed while it waited.
 */
int dp_print_settings(struct dp_text *text)
{
	struct dp_probe *probe;

	if (mutex_lock_killable(&dp_lock))
		return -EINTR;
	dp_print(text, "settings:\n");
	dp_print(text, "  abi: %u\n", DP_ABI);
	dp_print(text, "  reasons: %s\n", dp_reasons_named() ? "kernel" : "none");
	dp_print(text, "  stages: %s\n", dp_stages_count ? "on" : "off");
	dp_print_devices(text);
	dp_print_addresses(text);
	dp_print(text, "  probes:");
	list_for_each_entry(probe, &dp_probes, node)
		dp_print(text, " %s(%s)", probe->name, probe->active ? "active" : "inactive");
	dp_print(text, "\n");
	dp_print(text, "activated:%c\n", dp_active_count ? 'y' : 'N');
	mutex_unlock(&dp_lock);
	return 0;
}

/**
 * dp_print_probe - print the record that describes a probe
 * @text: where to print
 * @probe: the probe; the caller holds dp_lock
 * @now: Unix time
 */
void dp_print_probe(struct dp_text *text, const struct dp_probe *probe, time64_t now)
{
	lockdep_assert_held(&dp_lock);
	dp_print(text, "probe name=%s uid=%s abi=%u owner=%s active=%c lease=%u", probe->name,
		 probe->manual ? "-" : probe->uid, DP_ABI, probe->manual ? "-" : probe->owner,
		 probe->active ? 'y' : 'n', lease_left(probe));
	dp_print(text, " epoch=%016llx since=%lld now=%lld gap=%llu tag=%s\n", probe->epoch,
		 probe->since, now, DIV_ROUND_UP_ULL(probe->gap_ms, 1000),
		 *probe->tag ? probe->tag : "-");
}

/**
 * dp_commands_open - accept commands, or refuse them
 * @open: which; after it was set to false no command is running any more
 *
 * While the module is loaded or unloaded, the files exist before everything is ready for a command,
 * and are removed one after the other, while commands make and remove files themselves.
 */
void dp_commands_open(bool open)
{
	mutex_lock(&dp_command_lock);
	dp_open = open;
	mutex_unlock(&dp_command_lock);
}

/**
 * dp_probes_init - make the manual probe
 * @add_files: makes the files of a probe, and sets their entries for proc_remove(). Returns 0, or
 *	       -ENOMEM, and then there is no file. Called without dp_lock
 *
 * Return: 0, -ENOMEM, or -EINTR if the loader was killed while it waited.
 */
int dp_probes_init(int (*add_files)(const char *name, struct proc_dir_entry **files))
{
	struct dp_probe *probe = new_probe(DP_MANUAL, DP_CELLS_DEFAULT);
	int error;

	if (!probe)
		return -ENOMEM;
	dp_add_files = add_files;
	probe->manual = true;
	error = list_probe(probe);
	if (error)
		free_probe(probe);
	return error;
}

/**
 * dp_probes_exit - free all probes
 *
 * For the unload of the module: the proc files were removed, and no probe is active, since an
 * active probe prevents the unload.
 */
void dp_probes_exit(void)
{
	struct dp_probe *probe, *next;

	/* Without dp_lock, which the work takes. */
	cancel_delayed_work_sync(&dp_lease_work);
	mutex_lock(&dp_lock);
	list_for_each_entry_safe(probe, next, &dp_probes, node) {
		unlist(probe);
		free_probe(probe);
	}
	mutex_unlock(&dp_lock);
}
