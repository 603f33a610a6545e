// SPDX-License-Identifier: GPL-2.0
/*
 * probe.c: the probes: who owns them, what switches them on and off. For process context.
 *
 * A probe is active when it counts: then its tables are in the handlers' chains and it holds one reference to the module,
 * so that the module can't be unloaded under it. The first active probe hooks the tracepoint, the last one to
 * stop unhooks it.
 *
 * A probe of the agent's has a lease: if its owner does not renew it, the probe is switched off and keeps its counters, so that the
 * crash of an agent leaves nothing running. The manual probe has neither owner nor lease.
 */
#include <linux/err.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>

#include "dropprobe.h"

DEFINE_MUTEX(dp_command_lock);
DEFINE_MUTEX(dp_lock);
LIST_HEAD(dp_probes);

static bool dp_open;		/* commands are taken; guarded by dp_command_lock */

/* Guarded by dp_lock. */
static u32 dp_active_count;	/* probes that count */
static u32 dp_stages_count;	/* those of them that count at the stages too */

static void expire_leases(struct work_struct *work);
static DECLARE_DELAYED_WORK(dp_lease_work, expire_leases);

/**
 * dp_find_probe - find a probe by its name
 * @name: the name
 *
 * Return: the probe, NULL if there is none; good while dp_lock is held.
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

/**
 * dp_lease_left - how long a probe's lease lasts
 * @probe: the probe
 *
 * Return: seconds, rounded up; 0 once it has run out, and for the manual probe, which has none.
 */
u32 dp_lease_left(const struct dp_probe *probe)
{
	s64 left = ktime_ms_delta(probe->lease_end, ktime_get());

	return left > 0 && !probe->manual ? (u32)(left + 999) / 1000 : 0;
}

static void set_lease(struct dp_probe *probe, u32 seconds)
{
	probe->lease = seconds;
	probe->lease_end = ktime_add_ms(ktime_get(), (u64)seconds * 1000);
}

/* Lets the work run when the next lease of an active probe ends. */
static void plan_expiry(void)
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

/* From here on it is known again whether it counts, and why not. */
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
	}
	dp_active_count++;
	dp_tables_link(probe);
	if (probe->stages) {
		if (!dp_stages_count++)
			dp_stages_hook();
		dp_stages_begin(probe->stages);
	}
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
	if (probe->stages) {
		dp_stages_end(probe->stages);
		if (!--dp_stages_count)
			dp_stages_unhook();
	}
	dp_tables_unlink(probe);
	if (!--dp_active_count)
		dp_drop_unhook();
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
	plan_expiry();
	mutex_unlock(&dp_lock);
}

static void free_probe(struct dp_probe *probe)
{
	kvfree(probe->match);
	kfree(probe->stages);
	kfree(probe);
}

/* Takes a probe that is not active out of the list and frees its tables; its file is still there. */
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

/* Puts a new probe in the list and makes its file. The caller frees it after an error. */
static int list_probe(struct dp_probe *probe)
{
	size_t charge = sizeof(*probe) + (probe->match ? sizeof(*probe->match) : 0) +
			(probe->stages ? sizeof(*probe->stages) : 0);
	int error;

	if (mutex_lock_killable(&dp_lock))
		return -EINTR;
	error = dp_charge(charge);
	if (!error) {
		probe->charged = charge;
		/* The manual probe is the first to be made and the last in the list. */
		list_add_tail(&probe->node, probe->manual ? &dp_probes : dp_probes.prev);
	}
	mutex_unlock(&dp_lock);
	if (error)
		return error;

	probe->entry = dp_procfs_add_probe(probe->name);
	if (probe->entry)
		return 0;
	/* Whatever comes: it is in the list and has no file. */
	mutex_lock(&dp_lock);
	unlist(probe);
	mutex_unlock(&dp_lock);
	return -ENOMEM;
}

static int probe_count(void)
{
	struct dp_probe *probe;
	int count = 0;

	list_for_each_entry(probe, &dp_probes, node)
		count += !probe->manual;
	return count;
}

/* Whether a probe of this name can be added. */
static int check_add(const struct dp_command *command)
{
	const struct dp_probe *probe;
	int error = 0;

	if (mutex_lock_killable(&dp_lock))
		return -EINTR;
	probe = dp_find_probe(command->name);
	if (probe && !strcmp(probe->uid, command->uid) && strcmp(probe->owner, command->owner) && lease_live(probe))
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

/* Only the list of namespaces changes, and only for a probe that was added with one. */
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
	probe->match = new;
	dp_tables_set_match(probe, new);
	kvfree(old);
	return 0;
}

/* Whether the writer may do this to the probe. A lease that has run out can be taken over with renew, and with nothing else. */
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
		/* Its owner is alive: a lease that has run out begins again. */
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
	plan_expiry();
	return error;
}

/**
 * dp_run_command - do what a command says
 * @command: as dp_parse_command() gives it; dp_command_lock is held
 *
 * Return: 0, or a negative error number and nothing is changed: EINVAL, ENOENT, EEXIST, EBUSY, EAGAIN, ENOSPC, ENOMEM as the
 * reference of the interface says, ENODEV while the module is being loaded or unloaded, EINTR when
 * the writer was killed while it waited.
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
		proc_remove(probe->entry);
		free_probe(probe);
	}
	return error;
}

/**
 * dp_manual_switch - switch the manual probe; dp_command_lock is held
 * @on: whether it shall count; that it does already is no error
 *
 * Return: 0 or a negative error number; ENODEV while the module is being loaded or unloaded, EINTR
 * when the writer was killed while it waited.
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
 * dp_print_settings - what the file of interface 1 shows
 * @text: where to
 *
 * Return: 0, or EINTR when the reader was killed while it waited.
 */
int dp_print_settings(struct dp_text *text)
{
	struct dp_probe *probe;

	if (mutex_lock_killable(&dp_lock))
		return -EINTR;
	dp_print(text, "settings:\n  abi: %u\n  reasons: %s\n  stages: %s\n  probes:", DP_ABI,
		 dp_reasons_named() ? "kernel" : "none", dp_stages_count ? "on" : "off");
	list_for_each_entry(probe, &dp_probes, node)
		dp_print(text, " %s(%s)", probe->name, probe->active ? "active" : "inactive");
	dp_print(text, "\nactivated:%c\n", dp_active_count ? 'y' : 'N');
	mutex_unlock(&dp_lock);
	return 0;
}

/**
 * dp_commands_open - take commands, or no more
 * @open: which; when it is false and this returns, none is under way
 *
 * The files are there before all is ready for a command and go one after the other, and a command makes and removes files itself.
 */
void dp_commands_open(bool open)
{
	mutex_lock(&dp_command_lock);
	dp_open = open;
	mutex_unlock(&dp_command_lock);
}

/**
 * dp_probes_init - make the manual probe; the proc files' folder is there already
 *
 * Return: 0, -ENOMEM, or -EINTR when the loader was killed while it waited.
 */
int dp_probes_init(void)
{
	struct dp_probe *probe = new_probe(DP_MANUAL, DP_CELLS_DEFAULT);
	int error;

	if (!probe)
		return -ENOMEM;
	probe->manual = true;
	error = list_probe(probe);
	if (error)
		free_probe(probe);
	return error;
}

/**
 * dp_probes_exit - free all probes; the proc files are gone already, and no probe is active, or the module would not be unloaded
 */
void dp_probes_exit(void)
{
	struct dp_probe *probe, *next;

	/* Not under dp_lock, which the work takes. */
	cancel_delayed_work_sync(&dp_lease_work);
	mutex_lock(&dp_lock);
	list_for_each_entry_safe(probe, next, &dp_probes, node) {
		unlist(probe);
		free_probe(probe);
	}
	mutex_unlock(&dp_lock);
}
