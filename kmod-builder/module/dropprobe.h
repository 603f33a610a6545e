/* SPDX-License-Identifier: GPL-2.0 */
/*
 * dropprobe.h: what the parts of the module share.
 */
#ifndef DROPPROBE_H
#define DROPPROBE_H

#include <linux/atomic.h>
#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/cache.h>
#include <linux/fs.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/percpu.h>
#include <linux/proc_fs.h>
#include <linux/types.h>
#include <net/net_namespace.h>
#include <asm/local64.h>

#include "abi.h"
#include "command.h"
#include "compat.h"

/*
 * Locks, outermost first:
 *   dp_command_lock  serialises commands. Opening or reading a proc file never takes it, so a
 *                    command may wait for the readers of a proc file that it removes.
 *   dp_lock          protects the probes and their state. Taken by commands, by the works that
 *                    expire leases and fold cells, and while a snapshot is made.
 *   rtnl             held by the kernel around the netdevice notifier, and by the module to list
 *                    interfaces; never taken under dp_lock.
 *   net_rwsem        the list of network namespaces, under dp_lock or the rtnl
 *   dp_devices_lock  the table of devices, under the rtnl, and maybe net_rwsem
 *   dp_netstat_lock  in netstat.c: the sources of the kernel's own counters, under dp_lock or the
 *                    rtnl, for one bucket at a time. Not together with those of the line above.
 *   dp_places_lock   protects changes of the table of addresses. A spinlock: softirqs take it too,
 *                    and holders of the lock of an IPv6 interface's addresses.
 *   dp_tables_lock   innermost, see counters.c.
 * The handlers of the hooks take no lock.
 */
extern struct mutex dp_command_lock;
extern struct mutex dp_lock;

/*
 * Counters. Each probe has one table per CPU, and only the handler on that CPU writes to it. An
 * interrupt may come in between and drop packets too. Hence the local operations, which are atomic
 * on their own CPU and need no bus lock.
 */

/*
 * dp_key.kind: where the packet was freed, what it was, and the state of the cell. The lower half
 * is the location, see dp_location().
 */
/* clang-format off */
#define DP_KIND_FREE		0ULL
#define DP_KIND_CLAIMED		1ULL		/* being filled by the handler on this CPU */
#define DP_KIND_READY		(1ULL << 63)
#define DP_KIND_FOLDING		(1ULL << 62)	/* being emptied by fold.c; excludes READY */
#define DP_KIND_FOLDED		(1ULL << 61)	/* a sum by fold.c; never in a cell */
#define DP_KIND_CGROUP		(1ULL << 60)	/* dp_key.owner is a cgroup id */
#define DP_KIND_AGED		(1ULL << 59)	/* folded to make room; only with FOLDING */

#define DP_KIND_PROTOCOL	GENMASK_ULL(39, 32)	/* 0 if unknown; see packet.c */
#define DP_KIND_FAMILY		GENMASK_ULL(42, 40)	/* 4, 6, or 0 if it is not an IP packet */
#define DP_KIND_DIRECTION	GENMASK_ULL(44, 43)	/* enum dp_direction */
#define DP_KIND_TCP		GENMASK_ULL(47, 45)	/* enum dp_tcp */
#define DP_KIND_ADDRESSEE	GENMASK_ULL(49, 48)	/* enum dp_addressee */
#define DP_KIND_SOCKET		GENMASK_ULL(51, 50)	/* enum dp_socket_state */

#define DP_KIND(field, value)	FIELD_PREP(DP_KIND_##field, (u64)(value))
#define DP_KIND_GET(field, kind) FIELD_GET(DP_KIND_##field, kind)
/* clang-format on */

enum dp_direction {
	DP_UNKNOWN,
	DP_IN,
	DP_OUT,
};

/* What kind of TCP segment a packet is. */
enum dp_tcp {
	DP_NOT_TCP, /* or its header can't be read */
	DP_TCP_SYN,
	DP_TCP_RST,
	DP_TCP_DATA, /* has a payload; maybe FIN too */
	DP_TCP_FIN,
	DP_TCP_EMPTY,
};

/*
 * Whom a packet is addressed to, other than one host that received it for itself or sent it; a
 * broadcast only if it was received.
 */
enum dp_addressee {
	DP_ONE_HOST,
	DP_BROADCAST,
	DP_GROUP,
	DP_OTHER_HOST, /* and it was freed on the interface that received it, see drop.c */
};

/* State of the socket that received a TCP packet, as far as the kernel says (since 6.11). */
enum dp_socket_state {
	DP_OTHER_STATE,
	DP_TIME_WAIT,
	DP_LISTENING,
};

/**
 * struct dp_key - what distinguishes one cell from another
 * @kind: location, properties of the packet and state, see DP_KIND_*
 * @owner: cookie of the network namespace or, with DP_KIND_CGROUP, the id of a cgroup in the
 *	   initial network namespace; 0 if unknown
 * @reason_ifindex: drop reason in the upper half, ifindex in the lower half
 */
struct dp_key {
	u64 kind;
	u64 owner;
	u64 reason_ifindex;
};

/*
 * The location is the return address in the function that freed the packet. Kernel and modules lie
 * within 2 GiB, so 32 bits are enough.
 */
#define DP_LOCATION_BASE ((unsigned long)THIS_MODULE)

/**
 * dp_location - the lower half of dp_key.kind
 * @address: address in the kernel or in a module
 *
 * Return: the bits.
 */
static __always_inline u64 dp_location(unsigned long address)
{
	return (u32)(address - DP_LOCATION_BASE);
}

/**
 * dp_address - undo dp_location()
 * @kind: a dp_key.kind
 *
 * Return: the address.
 */
static inline unsigned long dp_address(u64 kind)
{
	return DP_LOCATION_BASE + (s32)(u32)kind;
}

#define DP_REASON_SHIFT 32
#define DP_KEY_REASON(key) ((u32)((key)->reason_ifindex >> DP_REASON_SHIFT))
#define DP_KEY_IFINDEX(key) ((u32)(key)->reason_ifindex)

/**
 * struct dp_count - one running count
 * @packets: skbs
 * @extra_segments: segments that GRO or GSO merged into the skbs, beyond one each
 * @bytes: from the IP header on; for other packets, what was left of them when they were freed
 * @last: jiffies of the latest packet
 */
struct dp_count {
	local64_t packets;
	local64_t extra_segments;
	local64_t bytes;
	unsigned long last;
};

/**
 * struct dp_sum - one count as it was read, or the sum of several
 * @key: key of the cell; in a sum by reason, only the reason is set
 * @packets: skbs
 * @segments: packets as the wire sees them
 * @bytes: see struct dp_count
 * @last: jiffies of the latest packet
 */
struct dp_sum {
	struct dp_key key;
	u64 packets;
	u64 segments;
	u64 bytes;
	unsigned long last;
};

/**
 * dp_folded_by_reason - whether a folded sum has nothing but a reason
 * @sum: one of dp_probe.folded
 *
 * The others have DP_KIND_READY, too, from their cells.
 *
 * Return: true if it is by reason alone; then its packets are reported as those without a cell are.
 */
static inline bool dp_folded_by_reason(const struct dp_sum *sum)
{
	return sum->key.kind == DP_KIND_FOLDED;
}

struct dp_cell {
	struct dp_key key;
	struct dp_count count;
} __aligned(64);

/*
 * Slots for the reasons of packets that found no free cell. The last slot takes those that find no
 * slot either; it is printed as a reason that no kernel has. With as many, struct dp_table is just
 * smaller than a page.
 */
#define DP_UNKEYED_SLOTS 100
#define DP_REASON_LOST U32_MAX

/**
 * struct dp_unkeyed - packets of one reason that found no free cell
 * @id: DP_KIND_FREE, DP_KIND_CLAIMED, or the reason with DP_KIND_READY
 * @count: their count
 */
struct dp_unkeyed {
	u64 id;
	struct dp_count count;
};

/**
 * struct dp_table - the counters of one probe on one CPU
 * @next: table of another active probe, in the chain that the handler on this CPU walks
 * @match: the filter; NULL if every packet passes
 * @cells: a hash table with open addressing
 * @hint: the cell that counted last, which is looked at first for the next packet
 * @shift: number of bits to shift a hash right for the index of a cell
 * @mask: number of cells, a power of two, minus one
 * @filtered: packets that did not pass the filter
 * @undecided: packets that would have passed it if their namespace were known and one of the
 *	       filter's; not in @filtered
 * @notdrops: skbs that were freed but are no lost packets
 * @reasons: counts of packets that found no free cell, by reason
 */
struct dp_table {
	struct dp_table *next;
	const struct dp_match *match;
	struct dp_cell *cells;
	struct dp_cell *hint;
	u32 shift;
	u32 mask;
	local64_t filtered;
	local64_t undecided;
	local64_t notdrops;
	struct dp_unkeyed reasons[DP_UNKEYED_SLOTS];
};

/**
 * struct dp_chains - the tables of one CPU that its handler counts in
 * @plain: tables of probes without a filter
 * @filtered: tables of probes with a filter
 */
struct dp_chains {
	struct dp_table *plain;
	struct dp_table *filtered;
};

DECLARE_PER_CPU(struct dp_chains, dp_chains);

/**
 * struct dp_stage_count - packets that passed one stage
 * @packets: skbs
 * @extra_segments: segments that were merged into the skbs, beyond one each
 * @missed: packets that the hook could not count
 */
struct dp_stage_count {
	u64 packets;
	u64 extra_segments;
	u64 missed;
};

/**
 * struct dp_stage_run - one probe's part of the stage counters, which count for the whole kernel
 * @begun: the probe has been active at least once
 * @before: counted in earlier periods of activity
 * @from: the kernel-wide counts when the present period began
 *
 * Protected by dp_lock.
 */
struct dp_stage_run {
	bool begun;
	struct dp_stage_count before[DP_STAGES];
	struct dp_stage_count from[DP_STAGES];
};

#define DP_FILES 2 /* of each probe: in probes/ and in counters/ */

/**
 * struct dp_probe - one probe
 * @node: entry in dp_probes
 * @files: its files in probes/ and counters/
 * @manual: it is the manual probe, which has neither owner nor lease
 * @active: it counts
 * @expired: its lease deactivated it, at @expired_at
 * @cells: per CPU
 * @lease: length of the lease in seconds
 * @lease_end: monotonic time at which the lease ends
 * @expired_at: monotonic time
 * @epoch: random number, other than 0, that identifies the run of counts
 * @gap_ms: milliseconds that were not counted because the lease had expired
 * @since: Unix time of the first activation, 0 before
 * @match: the filter; NULL if every packet passes
 * @stages: NULL if it does not count at the stages
 * @netstat: its part of the kernel's own counters; stays until its files are removed
 * @tables: one for each CPU that has been online, by CPU number; NULL until the first activation.
 *	    With dp_tables_lock (counters.c) held, entries may be added
 * @tabled: entry in the list of probes with tables; protected by dp_tables_lock
 * @linked: the tables are in the chains; protected by dp_tables_lock
 * @folded: sums of the folded cells, in the order of memcmp() of their keys; allocated with @tables
 * @folded_count: length of @folded, at most DP_FOLDED_MAX
 * @charged: bytes charged to the module's memory limit, not counting @tables and @folded
 * @name: its name, and the name of its file
 * @uid: UID of the DropProbe
 * @owner: name of the Node whose agent owns it
 * @tag: text that the owner stored with it; may be empty
 *
 * Protected by dp_lock.
 */
struct dp_probe {
	struct list_head node;
	struct proc_dir_entry *files[DP_FILES];
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
	struct dp_netstat *netstat;
	struct dp_table **tables;
	struct list_head tabled;
	bool linked;
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
 * struct dp_text - a text that grows while a snapshot is written
 * @buffer: the text; free with kvfree()
 * @length: bytes written
 * @size: bytes allocated
 * @error: the first error; later writes do nothing
 * @records: lines written
 */
struct dp_text {
	char *buffer;
	size_t length;
	size_t size;
	int error;
	u32 records;
};

/*
 * The functions of each file. A file calls only functions of files above it, except for main.c,
 * which joins them; kmod-builder/module-tests/module-graph checks that no circle comes up.
 */

/* hook.c */
void dp_keep_hook(bool *kept, const char *name, int error);
void dp_pin_module(const char *name);
struct tracepoint *dp_find_tracepoint(const char *name);

/* text.c */
__printf(2, 3) void dp_print(struct dp_text *text, const char *format, ...);
void dp_print_end(struct dp_text *text);

/* symbols.c */
/**
 * struct dp_function - a function of the kernel
 * @start: address of its first byte; 0 if it was not found
 * @size: in bytes; 0 if it was not found
 */
struct dp_function {
	unsigned long start;
	unsigned long size;
};

bool dp_function_before(unsigned long address, struct dp_function *function);
char *dp_cut_module(char *symbol);

/* fragments.c */
void dp_find_fragments(struct dp_function *function);

/* reasons.c */
bool dp_reasons_named(void);
void dp_print_reason_name(struct dp_text *text, u32 reason);
void dp_print_reasons(struct dp_text *text);

/* counters.c */
/**
 * dp_table_of - a probe's table for a CPU
 * @probe: the probe, which has tables
 * @cpu: the CPU
 *
 * Return: the table; NULL if it has none. The result stays valid while dp_lock is held.
 */
static inline struct dp_table *dp_table_of(const struct dp_probe *probe, int cpu)
{
	/* Pairs with add_table(). */
	return smp_load_acquire(&probe->tables[cpu]);
}

int dp_tables_make(struct dp_probe *probe);
void dp_tables_free(struct dp_probe *probe);
void dp_tables_link(struct dp_probe *probe);
void dp_tables_unlink(struct dp_probe *probe);
void dp_tables_set_match(struct dp_probe *probe, struct dp_match *match);
u32 dp_tables_complete(struct dp_probe *probe);
int dp_tables_init(void);
void dp_tables_exit(void);
int dp_charge(size_t bytes);
void dp_uncharge(size_t bytes);
int dp_charge_source(size_t bytes, bool device);
void dp_uncharge_source(size_t bytes, bool device);
void dp_read_count(struct dp_sum *sum, struct dp_count *count);
void dp_add(struct dp_sum *sum, const struct dp_sum *other);

/* devices.c */
/**
 * struct dp_device - a network device, as the table of devices knows it
 * @address: its struct net_device, which must not be dereferenced
 * @netns: cookie of its network namespace
 * @peer: cookie of the network namespace of its veth peer, 0 if it has none
 * @ifindex: its number in that namespace
 */
struct dp_device {
	const void *address;
	u64 netns;
	u64 peer;
	int ifindex;
};

const struct dp_device *dp_find_device(const void *address);
int dp_devices_start(void (*netns_removed)(void),
		     void (*device_changed)(struct net_device *device, unsigned long event,
					    bool loopback));
void dp_devices_stop(void);
void dp_device_retry(const struct net_device *device);
void dp_print_devices(struct dp_text *text);
struct net *dp_peer_net(const struct net_device *device);

/**
 * dp_is_first_unregister - whether a NETDEV_UNREGISTER of a device is not repeated
 * @device: the device that it is reported for
 *
 * It is repeated every second while somebody holds a reference to the device (netdev_run_todo()).
 *
 * Return: true if it is the first.
 */
static inline bool dp_is_first_unregister(const struct net_device *device)
{
	return device->reg_state != NETREG_UNREGISTERED;
}

#if DP_HAVE_NET_COOKIE
/**
 * dp_net_cookie - number of a network namespace, which is never used again for another one
 * @net: the namespace
 *
 * Return: the cookie. On kernels before 5.12 the module draws the numbers itself, and 0 means that
 * the namespace is not known (see devices.c).
 */
static inline u64 dp_net_cookie(const struct net *net)
{
	return net->net_cookie;
}
#else
u64 dp_net_cookie(const struct net *net);
#endif

/* addresses.c */
int dp_addresses_start(void);
void dp_addresses_stop(void);
u64 dp_netns_of_address(u32 family, const void *address, int ifindex);
void dp_print_addresses(struct dp_text *text);

/* xdp.c */
#define DP_XDP_COUNTERS 2
void dp_xdp_hook(void);
void dp_xdp_unhook(void);
const char *dp_xdp_counter(u32 number);
u64 dp_xdp_packets_of(u32 number);

/* netstat.c */
struct dp_netstat;
struct dp_netstat *dp_netstat_make(const struct dp_match *match);
void dp_netstat_free(struct dp_netstat *run);
void dp_netstat_set_active(struct dp_netstat *run, bool active);
void dp_netstat_set_match(struct dp_netstat *run, const struct dp_match *match);
void dp_netstat_device_changed(struct net_device *device, unsigned long event, bool loopback);
void dp_print_netstat(struct dp_text *text, const struct dp_netstat *run, u32 given);

/* namespaces.c */
void dp_print_namespaces(struct dp_text *text);
void dp_print_interfaces(struct dp_text *text);
u64 *dp_live_cookies(u32 *count);

/* match.c */
struct dp_packet;
bool dp_matches(const struct dp_match *match, struct dp_packet *packet);
bool dp_might_match(const struct dp_match *match, struct dp_packet *packet);

/* drop.c */
int dp_drop_hook(void);
void dp_drop_unhook(void);

/* stages.c */
void dp_stages_hook(void);
void dp_stages_unhook(void);
void dp_stages_begin(struct dp_stage_run *run);
void dp_stages_end(struct dp_stage_run *run);
void dp_print_stages(struct dp_text *text, const struct dp_stage_run *run, bool active);

/* fold.c */
void dp_fold_later(void);
void dp_fold_stop(void);

/* snapshot.c */
void dp_print_counters(struct dp_text *text, struct dp_probe *probe, time64_t now);

/* probe.c */
int dp_probes_init(int (*add_files)(const char *name, struct proc_dir_entry **files));
void dp_probes_exit(void);
int dp_run_command(const struct dp_command *command);
int dp_manual_switch(bool on);
void dp_commands_open(bool open);
struct dp_probe *dp_find_probe(const char *name);
int dp_print_settings(struct dp_text *text);
void dp_print_probe(struct dp_text *text, const struct dp_probe *probe, time64_t now);

/* procfs.c */
bool dp_procfs_taken(void);
int dp_procfs_init(void);
void dp_procfs_exit(void);
int dp_procfs_add_probe(const char *name, struct proc_dir_entry **files);

#endif
