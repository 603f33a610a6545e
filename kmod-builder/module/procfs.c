// SPDX-License-Identifier: GPL-2.0
/*
 * procfs.c: the files below /proc/mooc, which PROTOCOL.md describes. What is read is a snapshot,
 * made when the file is opened; each write is one command.
 *
 * A proc entry is visible in every container, and root in a container owns the file as far as the
 * mode is concerned. So opening any of them requires CAP_SYS_MODULE in the initial user namespace,
 * which whoever may load this module has.
 */
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/namei.h>
#include <linux/path.h>
#include <linux/proc_fs.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/uaccess.h>

#include "dropprobe.h"

static struct proc_dir_entry *dp_root;		  /* /proc/mooc */
static struct proc_dir_entry *dp_probes_folder;	  /* /proc/mooc/net/drop-probes/probes */
static struct proc_dir_entry *dp_counters_folder; /* /proc/mooc/net/drop-probes/counters */

/* Makes the snapshot by @print, unless the file is opened for writing only. */
static int open_snapshot(struct file *file,
			 int (*print)(struct dp_text *text, const struct file *file))
{
	struct dp_text *text;
	int error = 0;

	if (!capable(CAP_SYS_MODULE))
		return -EPERM;
	if (!(file->f_mode & FMODE_READ))
		return 0;
	text = kzalloc(sizeof(*text), GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	error = print(text, file);
	if (!error)
		error = text->error;
	if (error) {
		kvfree(text->buffer);
		kfree(text);
		return error;
	}
	file->private_data = text;
	return 0;
}

static ssize_t read_snapshot(struct file *file, char __user *to, size_t count, loff_t *position)
{
	const struct dp_text *text = file->private_data;

	return simple_read_from_buffer(to, count, position, text->buffer, text->length);
}

static int release_snapshot(struct inode *inode, struct file *file)
{
	struct dp_text *text = file->private_data;

	if (text)
		kvfree(text->buffer);
	kfree(text);
	return 0;
}

static int print_settings(struct dp_text *text, const struct file *file)
{
	return dp_print_settings(text);
}

static int settings_open(struct inode *inode, struct file *file)
{
	return open_snapshot(file, print_settings);
}

/* drop-packet: one of two words, with or without a line break. */
static ssize_t settings_write(struct file *file, const char __user *from, size_t count,
			      loff_t *position)
{
	char word[sizeof("deactivate\n")];
	int error;
	bool on;

	if (!count || count >= sizeof(word))
		return -EINVAL;
	if (copy_from_user(word, from, count))
		return -EFAULT;
	word[count] = '\0';
	if (strlen(word) != count)
		return -EINVAL;
	if (word[count - 1] == '\n')
		word[count - 1] = '\0';
	on = !strcmp(word, "activate");
	if (!on && strcmp(word, "deactivate"))
		return -EINVAL;

	if (mutex_lock_killable(&dp_command_lock))
		return -EINTR;
	error = dp_manual_switch(on);
	mutex_unlock(&dp_command_lock);
	return error ? error : count;
}

static int control_open(struct inode *inode, struct file *file)
{
	return capable(CAP_SYS_MODULE) ? 0 : -EPERM;
}

static ssize_t control_write(struct file *file, const char __user *from, size_t count,
			     loff_t *position)
{
	struct dp_command *command;
	char *text;
	int error;

	if (!count || count > DP_COMMAND_MAX)
		return -EINVAL;
	text = memdup_user_nul(from, count);
	if (IS_ERR(text))
		return PTR_ERR(text);
	command = kvmalloc(sizeof(*command), GFP_KERNEL);
	error = command ? dp_parse_command(text, count, command) : -ENOMEM;
	if (!error)
		error = mutex_lock_killable(&dp_command_lock);
	if (!error) {
		error = dp_run_command(command);
		mutex_unlock(&dp_command_lock);
	}
	kvfree(command);
	kfree(text);
	return error ? error : count;
}

static int print_reasons(struct dp_text *text, const struct file *file)
{
	dp_print_reasons(text);
	dp_print_end(text);
	return 0;
}

static int reasons_open(struct inode *inode, struct file *file)
{
	return open_snapshot(file, print_reasons);
}

static int print_namespaces(struct dp_text *text, const struct file *file)
{
	dp_print_namespaces(text);
	dp_print_end(text);
	return 0;
}

static int namespaces_open(struct inode *inode, struct file *file)
{
	return open_snapshot(file, print_namespaces);
}

static int print_interfaces(struct dp_text *text, const struct file *file)
{
	dp_print_interfaces(text);
	dp_print_end(text);
	return 0;
}

static int interfaces_open(struct inode *inode, struct file *file)
{
	return open_snapshot(file, print_interfaces);
}

static int print_counters(struct dp_text *text, const struct file *file)
{
	struct dp_probe *probe;
	time64_t now;

	if (mutex_lock_killable(&dp_lock))
		return -EINTR;
	/* Not before: the times of packets are printed as ages relative to it. */
	now = ktime_get_real_seconds();
	probe = dp_find_probe(file->f_path.dentry->d_name.name);
	if (probe) {
		dp_print_probe(text, probe, now);
		dp_print_counters(text, probe, now);
		dp_print_end(text);
	}
	mutex_unlock(&dp_lock);
	return probe ? 0 : -ENOENT;
}

static int probe_open(struct inode *inode, struct file *file)
{
	return open_snapshot(file, print_counters);
}

/*
 * Sums up all namespaces and CPUs, so dp_lock is not held meanwhile. The probe's part of the
 * counters stays: the probe is freed after its files were removed, which waits for this.
 */
static int print_netstat(struct dp_text *text, const struct file *file)
{
	struct dp_netstat *netstat = NULL;
	struct dp_probe *probe;
	u32 given = 0;

	if (mutex_lock_killable(&dp_lock))
		return -EINTR;
	probe = dp_find_probe(file->f_path.dentry->d_name.name);
	if (probe) {
		dp_print_probe(text, probe, ktime_get_real_seconds());
		netstat = probe->netstat;
		given = probe->match ? probe->match->given : 0;
	}
	mutex_unlock(&dp_lock);
	if (!netstat)
		return -ENOENT;
	dp_print_netstat(text, netstat, given);
	dp_print_end(text);
	return 0;
}

static int netstat_open(struct inode *inode, struct file *file)
{
	return open_snapshot(file, print_netstat);
}

static const struct proc_ops settings_ops = {
	.proc_open = settings_open,
	.proc_read = read_snapshot,
	.proc_write = settings_write,
	.proc_lseek = default_llseek,
	.proc_release = release_snapshot,
};

static const struct proc_ops control_ops = {
	.proc_open = control_open,
	.proc_write = control_write,
	.proc_lseek = noop_llseek,
};

/* clang-format off */
/* For files that are only read. */
#define SNAPSHOT_OPS(open) {			\
	.proc_open = open,			\
	.proc_read = read_snapshot,		\
	.proc_lseek = default_llseek,		\
	.proc_release = release_snapshot,	\
}
/* clang-format on */

static const struct proc_ops reasons_ops = SNAPSHOT_OPS(reasons_open);
static const struct proc_ops namespaces_ops = SNAPSHOT_OPS(namespaces_open);
static const struct proc_ops interfaces_ops = SNAPSHOT_OPS(interfaces_open);
static const struct proc_ops probe_ops = SNAPSHOT_OPS(probe_open);
static const struct proc_ops netstat_ops = SNAPSHOT_OPS(netstat_open);

/**
 * dp_procfs_add_probe - make the files of a probe
 * @name: name of the probe, which no other probe has; the caller does not hold dp_lock
 * @files: set to their entries, for proc_remove()
 *
 * Return: 0, or -ENOMEM; then there is no file.
 */
int dp_procfs_add_probe(const char *name, struct proc_dir_entry **files)
{
	files[0] = proc_create(name, 0400, dp_probes_folder, &probe_ops);
	files[1] = proc_create(name, 0400, dp_counters_folder, &netstat_ops);
	if (files[0] && files[1])
		return 0;
	proc_remove(files[0]);
	proc_remove(files[1]);
	return -ENOMEM;
}

/**
 * dp_procfs_taken - check whether /proc/mooc already exists
 *
 * The teaching module whose interface this module extends, or anything else, may have the name.
 * Then proc_mkdir() would warn with a stack trace in the log.
 *
 * Return: true if it exists.
 */
bool dp_procfs_taken(void)
{
	struct path path;

	if (kern_path("/proc/mooc", 0, &path))
		return false;
	path_put(&path);
	return true;
}

/* Only root may see the names of the probes. */
static struct proc_dir_entry *make_folder(const char *name, struct proc_dir_entry *parent)
{
	return proc_mkdir_mode(name, 0500, parent);
}

/**
 * dp_procfs_init - make the files that always exist
 *
 * Return: 0, or -ENOMEM; after an error no file remains.
 */
int dp_procfs_init(void)
{
	struct proc_dir_entry *net, *folder;

	dp_root = make_folder("mooc", NULL);
	if (!dp_root)
		return -ENOMEM;
	net = make_folder("net", dp_root);
	folder = net ? make_folder("drop-probes", net) : NULL;
	dp_probes_folder = folder ? make_folder("probes", folder) : NULL;
	dp_counters_folder = folder ? make_folder("counters", folder) : NULL;
	if (dp_probes_folder && dp_counters_folder &&
	    proc_create("drop-packet", 0600, net, &settings_ops) &&
	    proc_create("control", 0200, folder, &control_ops) &&
	    proc_create("reasons", 0400, folder, &reasons_ops) &&
	    proc_create("namespaces", 0400, folder, &namespaces_ops) &&
	    proc_create("interfaces", 0400, folder, &interfaces_ops))
		return 0;
	dp_procfs_exit();
	return -ENOMEM;
}

/**
 * dp_procfs_exit - remove all files
 *
 * Waits for file operations that are running, and closes the files that are open.
 */
void dp_procfs_exit(void)
{
	proc_remove(dp_root);
	dp_root = NULL;
}
