/* SPDX-License-Identifier: GPL-2.0 */
/*
 * dropprobe.h: what the parts of the module know of each other.
 */
#ifndef DROPPROBE_H
#define DROPPROBE_H

#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/fs.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/percpu.h>
#include <linux/proc_fs.h>
#include <linux/types.h>
#include <asm/local64.h>

#include "abi.h"
#include "command.h"
#include "compat.h"

/*
 * Locks, outermost first:
 *   dp_command_lock  one command after the other; never taken where a proc file is opened or read, so that a command may wait
 *                    for the readers of a proc file that it removes
 *   dp_lock          the probes and their state; taken by commands, by the lease's work and where a snapshot is made
 *   rtnl             taken by the kernel around the netdevice notifier, and to list interfaces; never below dp_lock
 *   net_rwsem or dp_devices_lock   the namespaces that there are, below dp_lock or the rtnl; the table of devices
 * The handlers of the hooks take none of them.
 */
extern struct mutex dp_command_lock;
extern struct mutex dp_lock;

/*
 * Counters. Each probe has one table for each CPU, and only that CPU's handler writes to it. An interrupt may come in between
 * and drop packets too; hence the local operations, which are atomic towards the same CPU and need no bus lock.
 */

/* dp_key.kind: what is known of the packet, and the state of the cell that holds it. */
#define DP_KIND_FREE		0ULL
#define DP_KIND_CLAIMED		1ULL		/* being filled by this CPU, below an interrupt */
#define DP_KIND_READY		(1ULL << 63)
#define DP_KIND_FOLDING		(1ULL << 62)	/* being taken back, see fold.c; never together with READY */
#define DP_KIND_CGROUP		(1ULL << 32)	/* where is a cgroup of the host's namespace, not a namespace */
#define DP_KIND_GONE		(1ULL << 33)	/* a sum over namespaces that are gone; of no cell */
#define DP_KIND_FAMILY_SHIFT	8
#define DP_KIND_PROTOCOL_SHIFT	16
#define DP_KIND_DIRECTION_SHIFT	24
#define DP_KIND_FAMILY(kind)	((u8)((kind) >> DP_KIND_FAMILY_SHIFT))
#define DP_KIND_PROTOCOL(kind)	((u8)((kind) >> DP_KIND_PROTOCOL_SHIFT))
#define DP_KIND_DIRECTION(kind)	((u8)((kind) >> DP_KIND_DIRECTION_SHIFT))

enum dp_direction {
	DP_UNKNOWN,
	DP_IN,
	DP_OUT,
};

/**
 * struct dp_key - what tells one cell from another
 * @kind: family, protocol, direction and state, see DP_KIND_*
 * @location: return address in the function that freed the packet
 * @where: cookie of the network namespace, or the cgroup's id with DP_KIND_CGROUP; 0 where unknown
 * @what: reason in the upper half, ifindex in the lower
 */
struct dp_key {
	u64 kind;
	u64 location;
	u64 where;
	u64 what;
};

/**
 * struct dp_count - one running count
 * @packets: skbs
 * @extra_segments: what GRO or GSO merged into them, beyond one each
 * @bytes: from the IP header on; of what is not IP, all that was left of the packet where it was freed
 * @last: jiffies of the latest
 */
struct dp_count {
	local64_t packets;
	local64_t extra_segments;
	local64_t bytes;
	unsigned long last;
};

/**
 * struct dp_sum - a count that has been read, or several added up
 * @key: of a cell; of a reason, its number in @key.what
 * @last: jiffies of the latest
 */
struct dp_sum {
	struct dp_key key;
	u64 packets;
	u64 segments;
	u64 bytes;
	unsigned long last;
};

struct dp_cell {
	struct dp_key key;
	struct dp_count count;
} __aligned(64);

/* Reasons of the packets for which no cell was free. The last slot takes what finds none here either, as of a reason that no kernel has. */
#define DP_UNKEYED_SLOTS	128
#define DP_REASON_LOST		U32_MAX

struct dp_unkeyed {
	u64 id;		/* DP_KIND_FREE, DP_KIND_CLAIMED, or the reason with DP_KIND_READY */
	struct dp_count count;
};

/**
 * struct dp_table - the counters of one probe on one CPU
 * @next: of another probe that is active, in the chain that this CPU's handler walks
 * @match: NULL lets every packet pass
 * @shift: from a hash to the index of a cell
 * @mask: number of cells, a power of two, minus one
 * @filtered: packets that did not pass
 * @unkeyed: packets that found no cell
 * @notdrops: what was freed and was no packet, or not lost
 */
struct dp_table {
	struct dp_table *next;
	const struct dp_match *match;
	u32 shift;
	u32 mask;
	local64_t filtered;
	local64_t unkeyed;
	local64_t notdrops;
	struct dp_unkeyed reasons[DP_UNKEYED_SLOTS];
	struct dp_cell cells[];
};

DECLARE_PER_CPU(struct dp_table *, dp_active_tables);

/**
 * struct dp_stage_count - what has passed one stage
 * @packets: skbs
 * @extra_segments: what was merged into them, beyond one each
 * @missed: packets that the hook could not count
 */
struct dp_stage_count {
	u64 packets;
	u64 extra_segments;
	u64 missed;
};

/**
 * struct dp_stage_run - one probe's share of the counts at the stages, which are the whole kernel's; guarded by dp_lock
 * @begun: has been active
 * @before: counted in earlier times of being active
 * @from: the kernel's counts when it became active
 */
struct dp_stage_run {
	bool begun;
	struct dp_stage_count before[DP_STAGES];
	struct dp_stage_count from[DP_STAGES];
};

/**
 * struct dp_probe - one probe; guarded by dp_lock
 * @node: in dp_probes
 * @entry: its file below probes/
 * @manual: is the probe of interface 1, without owner and lease
 * @cells: for each CPU
 * @epoch: random number of this counting run
 * @since: Unix seconds of the first activation, 0 before
 * @lease: length in seconds
 * @lease_end: when it runs out, on the monotonic clock
 * @expired: was switched off by its lease, at @expired_at on the monotonic clock
 * @gap_ms: milliseconds not counted because the lease had run out
 * @match: NULL lets every packet pass
 * @stages: NULL when it wants none
 * @tables: by CPU number; NULL until the first activation
 * @folded: what cells of namespaces that are gone had counted; there while @tables are
 * @folded_count: of DP_FOLDED_MAX
 * @charged: bytes taken from the module's memory bound for all but the tables
 */
struct dp_probe {
	struct list_head node;
	struct proc_dir_entry *entry;
	bool manual;
	bool active;
	bool expired;
	u32 cells;
	u32 lease;
	ktime_t lease_end;
	ktime_t expired_at;
	u64 epoch;
	u64 gap_ms;
	time64_t since;
	struct dp_match *match;
	struct dp_stage_run *stages;
	struct dp_table **tables;
	struct dp_sum *folded;
	u32 folded_count;
	size_t charged;
	char name[DP_NAME_MAX + 1];
	char uid[DP_UID_MAX + 1];
	char owner[DP_OWNER_MAX + 1];
	char tag[DP_TAG_MAX + 1];
};

extern struct list_head dp_probes;

/**
 * struct dp_text - a text that grows while a snapshot is written down
 * @error: the first failure; later writes do nothing
 * @records: lines so far
 */
struct dp_text {
	char *buffer;
	size_t length;
	size_t size;
	int error;
	u32 records;
};

/* text.c */
__printf(2, 3) void dp_print(struct dp_text *text, const char *format, ...);
void dp_print_end(struct dp_text *text);

/* counters.c */
int dp_tables_make(struct dp_probe *probe);
void dp_tables_free(struct dp_probe *probe);
void dp_tables_link(struct dp_probe *probe);
void dp_tables_unlink(struct dp_probe *probe);
void dp_tables_set_match(struct dp_probe *probe, const struct dp_match *match);
int dp_charge(size_t bytes);
void dp_uncharge(size_t bytes);

/* snapshot.c */
void dp_read_count(struct dp_sum *sum, struct dp_count *count);
void dp_add(struct dp_sum *sum, const struct dp_sum *other);
void dp_print_counters(struct dp_text *text, const struct dp_probe *probe);

/* main.c */
void dp_keep_hook(bool *kept, const char *name, int error);

/* drop.c */
int dp_drop_hook(void);
void dp_drop_unhook(void);

/* stages.c */
void dp_stages_hook(void);
void dp_stages_unhook(void);
void dp_stages_begin(struct dp_stage_run *run);
void dp_stages_end(struct dp_stage_run *run);
void dp_print_stages(struct dp_text *text, const struct dp_stage_run *run, bool active);

/* match.c */
struct dp_packet;
bool dp_matches(const struct dp_match *match, const struct dp_packet *packet);

/* devices.c */
/**
 * struct dp_device - what is known of a network device
 * @address: where it lies
 * @netns: cookie of its namespace
 * @peer: cookie of the namespace of the other end of its cable, 0 where it has none
 * @ifindex: its number there
 */
struct dp_device {
	const void *address;
	u64 netns;
	u64 peer;
	int ifindex;
};

const struct dp_device *dp_find_device(const void *address);
int dp_devices_start(void);
void dp_devices_stop(void);

/* namespaces.c */
void dp_print_namespaces(struct dp_text *text);
void dp_print_interfaces(struct dp_text *text);
u64 *dp_live_cookies(u32 *count);
struct net *dp_peer_net(const struct net_device *device);

/* fold.c */
void dp_fold_later(void);
void dp_fold_stop(void);

/* symbols.c */
/**
 * struct dp_function - where a function of the kernel lies
 * @start: its first byte; 0 where it was not found
 * @size: bytes; 0 where it was not found
 */
struct dp_function {
	unsigned long start;
	unsigned long size;
};

bool dp_find_function(const char *name, struct dp_function *function);

/* reasons.c */
bool dp_reasons_named(void);
void dp_print_reason_name(struct dp_text *text, u32 reason);
void dp_print_reasons(struct dp_text *text);

/* probe.c */
int dp_probes_init(void);
void dp_probes_exit(void);
int dp_run_command(const struct dp_command *command);
int dp_manual_switch(bool on);
void dp_commands_open(bool open);
struct dp_probe *dp_find_probe(const char *name);
u32 dp_lease_left(const struct dp_probe *probe);
int dp_print_settings(struct dp_text *text);

/* procfs.c */
bool dp_procfs_taken(void);
int dp_procfs_init(void);
void dp_procfs_exit(void);
struct proc_dir_entry *dp_procfs_add_probe(const char *name);

#endif
