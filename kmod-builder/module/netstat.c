// SPDX-License-Identifier: GPL-2.0
/*
 * netstat.c: by how much the kernel's own counters have grown while a probe was active. For process
 * context; no packet passes anything here.
 *
 * Some packets are lost without being freed on the drop path, so that the handler does not see
 * them: a SYN at a full listener, a packet for which a network card has no buffer. The kernel only
 * counts them. Other counters explain frees that the kernel does not distinguish. Both kinds are
 * listed in net_counters and device_counters below; docs/kernel.md says what each one counts.
 *
 * A source is a network namespace or a device. It is in the table of sources from the registration
 * of the device (for a namespace: of its loopback interface) to its unregistration, which can't get
 * past the notifier while dp_netstat_lock is held. So what is in the table may be read under that
 * lock, without holding a reference, the rtnl or net_rwsem; the kernel frees the counters of a
 * namespace only after its last device. The lock is dropped after each bucket of the table, and not
 * held while the text grows, which may wait for the memory of the reader's cgroup. So the notifier,
 * which holds the rtnl, waits for a few sources at most.
 *
 * A device counts from NETDEV_UP to NETDEV_GOING_DOWN. What it had before, it has counted in
 * another namespace, or as the hardware of an interface that is not in use; so that is where its
 * growth begins each time. While it is down, some drivers give zeros instead of their counters
 * (i40e, ena, mana), and others have reset them. The same zeros may come while a driver resets its
 * hardware (also hv_netvsc, mlx5e): a device that has received and sent nothing and lost nothing is
 * not believed, and the last values stay.
 *
 * Each source has a running total for each counter, which never shrinks. A probe has a mark beside
 * it: while the source is open for the probe, the total at which its growth was 0; otherwise, its
 * growth. So opening and closing are the same subtraction.
 */
#include <linux/bits.h>
#include <linux/err.h>
#include <linux/hashtable.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/snmp.h>
#include <linux/string.h>
#include <net/net_namespace.h>
#include <net/rtnetlink.h>

#include "dropprobe.h"
#include "sorted.h"

/* The arrays of counters of a network namespace. */
enum group {
	TCP_EXT,
	TCP,
	IP,
	UDP,
	ICMP,
	IP6,
	UDP6,
	ICMP6,
	CONNTRACK,
	GROUPS,
};

/**
 * struct net_counter - a counter of a network namespace
 * @name: as nstat prints it; the ones of conntrack have no name there
 * @group: the array that it is in
 * @index: its index there
 */
struct net_counter {
	const char *name;
	u8 group;
	u8 index;
};

#if DP_HAVE_IP_OUT_REQUESTS
#define OUT_REQUESTS IPSTATS_MIB_OUTREQUESTS
#else
#define OUT_REQUESTS IPSTATS_MIB_OUTPKTS
#endif

#define CONNTRACK_INDEX(field) (offsetof(struct ip_conntrack_stat, field) / sizeof(u32))

/*
 * Grouped by array. "silent": counts packets that are not freed on the drop path, on some kernels
 * or in some cases. "explains": the packets are freed there too, and the counter says what they
 * were, where reason and location do not.
 */
static const struct net_counter net_counters[] = {
	/* silent for SYNs; frees the last ACK of a handshake */
	{ "TcpExtListenDrops", TCP_EXT, LINUX_MIB_LISTENDROPS },
	/* why: in ListenDrops too */
	{ "TcpExtListenOverflows", TCP_EXT, LINUX_MIB_LISTENOVERFLOWS },
	{ "TcpExtTCPReqQFullDrop", TCP_EXT, LINUX_MIB_TCPREQQFULLDROP },
	/* explains: a bare ACK that was ignored on purpose; nothing is lost */
	{ "TcpExtTCPDeferAcceptDrop", TCP_EXT, LINUX_MIB_TCPDEFERACCEPTDROP },
	/* silent before 5.18, where tcp_drop() does not pass the tracepoint */
	{ "TcpExtTCPRcvQDrop", TCP_EXT, LINUX_MIB_TCPRCVQDROP },
	{ "TcpExtTCPOFODrop", TCP_EXT, LINUX_MIB_TCPOFODROP },
	{ "TcpExtTCPZeroWindowDrop", TCP_EXT, LINUX_MIB_TCPZEROWINDOWDROP },
	/* silent for ICMP errors */
	{ "TcpExtTCPMinTTLDrop", TCP_EXT, LINUX_MIB_TCPMINTTLDROP },
	/*
	 * explain, where the kernel has no reason of their own for them: at tcp_v4_rcv() and
	 * tcp_v6_rcv(), which free for much else too; PFMemallocDrop at whatever calls the filter
	 * of a socket; IPReversePathFilter at ip_rcv_finish_core()
	 */
	{ "TcpExtTCPBacklogDrop", TCP_EXT, LINUX_MIB_TCPBACKLOGDROP },
	{ "TcpExtPFMemallocDrop", TCP_EXT, LINUX_MIB_PFMEMALLOCDROP },
	{ "TcpExtTCPMD5NotFound", TCP_EXT, LINUX_MIB_TCPMD5NOTFOUND },
	{ "TcpExtTCPMD5Unexpected", TCP_EXT, LINUX_MIB_TCPMD5UNEXPECTED },
	{ "TcpExtTCPMD5Failure", TCP_EXT, LINUX_MIB_TCPMD5FAILURE },
	{ "TcpExtIPReversePathFilter", TCP_EXT, LINUX_MIB_IPRPFILTER },
	/* silent before 5.18 in established connections */
	{ "TcpInErrs", TCP, TCP_MIB_INERRS },
	{ "TcpInCsumErrors", TCP, TCP_MIB_CSUMERRORS },
	/* what the losses are compared with */
	{ "IpInReceives", IP, IPSTATS_MIB_INPKTS },
	{ "IpOutRequests", IP, OUT_REQUESTS },
	/* explains */
	{ "IpInDiscards", IP, IPSTATS_MIB_INDISCARDS },
	/* explains: the following are in InErrors too, NoPorts and IgnoredMulti aside */
	{ "UdpInErrors", UDP, UDP_MIB_INERRORS },
	/* silent where a group's datagram can't be cloned for one of its receivers */
	{ "UdpRcvbufErrors", UDP, UDP_MIB_RCVBUFERRORS },
#if DP_HAVE_UDP_MEM_ERRORS
	{ "UdpMemErrors", UDP, UDP_MIB_MEMERRORS },
#endif
	{ "UdpInCsumErrors", UDP, UDP_MIB_CSUMERRORS },
	{ "UdpNoPorts", UDP, UDP_MIB_NOPORTS },
	{ "UdpIgnoredMulti", UDP, UDP_MIB_IGNOREDMULTI },
	/* silent for errors that no socket takes */
	{ "IcmpInErrors", ICMP, ICMP_MIB_INERRORS },
	{ "IcmpInCsumErrors", ICMP, ICMP_MIB_CSUMERRORS },
	/* the same for IPv6 */
	{ "Ip6InReceives", IP6, IPSTATS_MIB_INPKTS },
	{ "Ip6OutRequests", IP6, OUT_REQUESTS },
	{ "Ip6InDiscards", IP6, IPSTATS_MIB_INDISCARDS },
	{ "Udp6InErrors", UDP6, UDP_MIB_INERRORS },
	{ "Udp6RcvbufErrors", UDP6, UDP_MIB_RCVBUFERRORS },
#if DP_HAVE_UDP_MEM_ERRORS
	{ "Udp6MemErrors", UDP6, UDP_MIB_MEMERRORS },
#endif
	{ "Udp6InCsumErrors", UDP6, UDP_MIB_CSUMERRORS },
	{ "Udp6NoPorts", UDP6, UDP_MIB_NOPORTS },
	{ "Udp6IgnoredMulti", UDP6, UDP_MIB_IGNOREDMULTI },
	/*
	 * explains, before 5.19 and for some messages until 6.4: icmpv6_rcv() frees all messages
	 * alike
	 */
	{ "Icmp6InErrors", ICMP6, ICMP6_MIB_INERRORS },
	{ "Icmp6InCsumErrors", ICMP6, ICMP6_MIB_CSUMERRORS },
	/* explain at nf_hook_slow(), where a rule drops too; one packet may be in both */
	{ "ConntrackDrop", CONNTRACK, CONNTRACK_INDEX(drop) },
	{ "ConntrackInsertFailed", CONNTRACK, CONNTRACK_INDEX(insert_failed) },
};

/**
 * struct device_counter - a counter of a network device
 * @name: of the field in struct rtnl_link_stats64, after @kind if it has one
 * @offset: of the field
 * @kind: only of devices of this kind; NULL: of all
 * @without: offset of a field whose packets are in this one, too, and left out; only with @kind
 */
struct device_counter {
	const char *name;
	u16 offset;
	u16 without;
	const char *kind;
};

/* clang-format off */
#define STAT(field) offsetof(struct rtnl_link_stats64, field)
#define DEVICE_COUNTER(field) { #field, STAT(field) }

/*
 * Silent on the receive side of a network card, which has no packet yet; the driver decides which
 * of these contain which. On the send side, and in virtual devices, they explain.
 */
static const struct device_counter device_counters[] = {
	DEVICE_COUNTER(rx_errors),
	DEVICE_COUNTER(rx_dropped),
	DEVICE_COUNTER(rx_missed_errors),
	DEVICE_COUNTER(rx_fifo_errors),
	DEVICE_COUNTER(rx_over_errors),
	DEVICE_COUNTER(tx_errors),
	DEVICE_COUNTER(tx_dropped),
	/*
	 * Silent: geneve_xmit() frees as sent what it can't send, and counts it. What is aborted is
	 * freed on the drop path below the tunnel (ip6tunnel_xmit()). It is counted as an error
	 * first, so a read in between has one too many, until the next error.
	 */
	{ "geneve_tx_errors", STAT(tx_errors), STAT(tx_aborted_errors), "geneve" },
};
/* clang-format on */

#define NET_COUNTERS ARRAY_SIZE(net_counters)
#define DEVICE_COUNTERS ARRAY_SIZE(device_counters)
#define COUNTERS_MAX NET_COUNTERS

/* Probes at once, with the manual one. */
#define RUNS_MAX (DP_PROBES_MAX + 1)

/**
 * struct dp_netstat - one probe's part of the counters
 * @number: its bit and its index in each source
 * @active: the probe counts
 * @match: the filter of the probe; NULL if it has none
 * @gone_nets: growth of the namespaces that were removed
 * @gone_devices: growth of the devices that were removed, or moved to another namespace
 * @xdp: marks of the counters of XDP, see the head of this file
 *
 * Protected by dp_netstat_lock.
 */
struct dp_netstat {
	u32 number;
	bool active;
	const struct dp_match *match;
	u64 gone_nets[NET_COUNTERS];
	u64 gone_devices[DEVICE_COUNTERS];
	u64 xdp[DP_XDP_COUNTERS];
};

/**
 * struct source - a network namespace or a network device
 * @node: entry in dp_sources, by @subject
 * @subject: the struct net or the struct net_device
 * @net: the namespace, NULL for a device
 * @device: the device, NULL for a namespace
 * @netns: cookie of the namespace; for a device, of the one that it is in; see source_netns()
 * @ifindex: number of the device, 0 for a namespace
 * @count: number of counters
 * @open: bits of the runs that it is open for
 * @uncovered: bits of the runs for which there was no memory
 * @marks: for each run and counter, see the head of this file; NULL before it is opened
 * @totals: for each counter, its running total
 * @up: it is a device that counts, see the head of this file
 * @last: for each counter, its value when the total was updated; in the same memory as @totals
 *
 * All but the members of the first paragraph change; protected by dp_netstat_lock.
 */
struct source {
	struct hlist_node node;
	const void *subject;
	const struct net *net;
	struct net_device *device;
	u64 netns;
	int ifindex;
	u32 count;

	u32 open;
	u32 uncovered;
	bool up;
	u64 *marks[RUNS_MAX];
	u64 *last;
	u64 totals[];
};

static DEFINE_MUTEX(dp_netstat_lock);
static DEFINE_HASHTABLE(dp_sources, 12);
static struct dp_netstat *dp_runs[RUNS_MAX];

/**
 * struct missed - sources that exist, and that there was no memory for
 * @nets: network namespaces
 * @devices: devices
 */
struct missed {
	u32 nets;
	u32 devices;
};

static struct missed dp_missed; /* when they were made; protected by dp_netstat_lock */

static u32 *missed_of(struct missed *missed, bool device)
{
	return device ? &missed->devices : &missed->nets;
}

/*
 * The counters of conntrack are freed when its module is unloaded, and the pointers to them remain.
 * Returns whether they exist; then the module stays until release_conntrack().
 */
static bool hold_conntrack(void)
{
	return IS_ENABLED(CONFIG_NF_CONNTRACK) && __symbol_get("nf_conntrack_htable_size");
}

static void release_conntrack(bool held)
{
	if (held)
		__symbol_put("nf_conntrack_htable_size");
}

/*
 * Finds the per-CPU arrays of a namespace, NULL where it has none. The pointers of IPv6 are set
 * when its module is loaded.
 */
static void find_groups(const struct net *net, bool conntrack,
			const unsigned long __percpu *groups[GROUPS])
{
#define GROUP(pointer) ((const unsigned long __percpu *)READ_ONCE(pointer))
	memset(groups, 0, GROUPS * sizeof(*groups));
	groups[TCP_EXT] = GROUP(net->mib.net_statistics);
	groups[TCP] = GROUP(net->mib.tcp_statistics);
	groups[IP] = GROUP(net->mib.ip_statistics);
	groups[UDP] = GROUP(net->mib.udp_statistics);
	groups[ICMP] = GROUP(net->mib.icmp_statistics);
#if IS_ENABLED(CONFIG_IPV6)
	groups[IP6] = GROUP(net->mib.ipv6_statistics);
	groups[UDP6] = GROUP(net->mib.udp_stats_in6);
	groups[ICMP6] = GROUP(net->mib.icmpv6_statistics);
#endif
#if IS_ENABLED(CONFIG_NF_CONNTRACK)
	if (conntrack)
		groups[CONNTRACK] = GROUP(net->ct.stat);
#endif
#undef GROUP
}

/* A counter of an array, which is one of words of 64 bits, except for conntrack's. */
static u64 read_counter(const unsigned long *array, u32 group, u32 index)
{
	return group == CONNTRACK ? READ_ONCE(((const u32 *)array)[index]) :
				    READ_ONCE(array[index]);
}

/* Reads the counters of a namespace; those that it does not have now keep their last value. */
static void read_net(const struct source *source, bool conntrack, u64 *values)
{
	const unsigned long __percpu *groups[GROUPS];
	u32 i;
	int cpu;

	find_groups(source->net, conntrack, groups);
	for (i = 0; i < NET_COUNTERS; i++)
		values[i] = groups[net_counters[i].group] ? 0 : source->last[i];
	for_each_possible_cpu(cpu) {
		const unsigned long *array = NULL;
		u32 group = GROUPS;

		for (i = 0; i < NET_COUNTERS; i++) {
			if (net_counters[i].group != group) {
				group = net_counters[i].group;
				array = groups[group] ? per_cpu_ptr(groups[group], cpu) : NULL;
			}
			if (array)
				values[i] += read_counter(array, group, net_counters[i].index);
		}
	}
}

/* Packets that the core of the network stack dropped for a device, and freed on the drop path. */
struct core_drops {
	u64 rx;
	u64 tx;
};

static struct core_drops core_drops(const struct net_device *device)
{
	struct core_drops drops = {};
#if DP_HAVE_CORE_STATS
	const struct net_device_core_stats __percpu *stats = READ_ONCE(device->core_stats);
	int cpu;

	if (!stats)
		return drops;
	for_each_possible_cpu(cpu) {
		const struct net_device_core_stats *own = per_cpu_ptr(stats, cpu);

		drops.rx += READ_ONCE(own->rx_dropped);
		drops.tx += READ_ONCE(own->tx_dropped);
	}
#else
	drops.rx = atomic_long_read(&device->rx_dropped);
	drops.tx = atomic_long_read(&device->tx_dropped);
#endif
	return drops;
}

/* The rest of a counter that contains another one. */
static u64 without(u64 all, u64 part)
{
	return all - min(all, part);
}

static u64 field(const struct rtnl_link_stats64 *stats, u16 offset)
{
	return *(const u64 *)((const char *)stats + offset);
}

static bool is_of_kind(const struct net_device *device, const char *kind)
{
	return device->rtnl_link_ops && !strcmp(device->rtnl_link_ops->kind, kind);
}

/* Devices whose counters are, or contain, those of their ports, which are sources themselves. */
static bool sums_up_ports(const struct net_device *device)
{
	return netif_is_bond_master(device) || netif_is_team_master(device) ||
	       netif_is_failover(device);
}

/* Returns false if the driver says that the device has never done anything. */
static bool read_device(const struct source *source, u64 *values)
{
	struct core_drops before, after;
	struct rtnl_link_stats64 stats;
	u64 any;
	u32 i;

	rcu_read_lock();
	before = core_drops(source->device);
	dev_get_stats(source->device, &stats);
	after = core_drops(source->device);
	rcu_read_unlock();
	any = stats.rx_packets | stats.tx_packets;
	for (i = 0; i < DEVICE_COUNTERS; i++) {
		const struct device_counter *counter = &device_counters[i];
		u64 value = field(&stats, counter->offset);
		bool too_small = false;

		if (counter->kind) {
			value = is_of_kind(source->device, counter->kind) ?
					without(value, field(&stats, counter->without)) :
					0;
			too_small = true; /* it may be: both may grow between two reads */
		} else if (counter->offset == STAT(rx_dropped)) {
			value = without(value, after.rx);
			too_small = before.rx != after.rx;
		} else if (counter->offset == STAT(tx_dropped)) {
			value = without(value, after.tx);
			too_small = before.tx != after.tx;
		}
		any |= value;
		/* By what was counted meanwhile. Then the next reading will do. */
		values[i] = too_small ? max(value, source->last[i]) : value;
	}
	return any;
}

/* Returns false if there is nothing to be read at the moment. */
static bool read_values(const struct source *source, bool conntrack, u64 *values)
{
	if (source->device)
		return source->up && read_device(source, values);
	read_net(source, conntrack, values);
	return true;
}

/*
 * Updates the totals of a source. A counter that has become smaller was reset, by its driver or
 * with its module; how often it had counted since is not known, so it is taken up from there.
 */
static void collect(struct source *source, bool conntrack)
{
	u64 values[COUNTERS_MAX];
	u32 i;

	lockdep_assert_held(&dp_netstat_lock);
	if (!read_values(source, conntrack, values))
		return;
	for (i = 0; i < source->count; i++) {
		if (values[i] > source->last[i])
			source->totals[i] += values[i] - source->last[i];
		source->last[i] = values[i];
	}
}

/* Where the module draws the cookies, there may have been no memory for this one at first. */
static u64 source_netns(struct source *source)
{
	if (!source->netns)
		source->netns =
			dp_net_cookie(source->device ? dev_net(source->device) : source->net);
	return source->netns;
}

static bool is_matched(const struct dp_netstat *run, struct source *source)
{
	const struct dp_match *match = run->match;

	if (!match)
		return true;
	return match->given == DP_GIVEN_NETNS &&
	       dp_contains(match->netns, match->netns_count, source_netns(source));
}

/* Whether a source is as a run wants it: open or closed. */
static bool is_as_wanted(const struct dp_netstat *run, struct source *source)
{
	return !!(source->open & BIT(run->number)) == (run->active && is_matched(run, source));
}

static size_t marks_size(const struct source *source)
{
	return source->count * sizeof(u64);
}

static u64 *make_marks(const struct source *source)
{
	u64 *marks;

	if (dp_charge_source(marks_size(source), source->device))
		return NULL;
	marks = kzalloc(marks_size(source), GFP_KERNEL);
	if (!marks)
		dp_uncharge_source(marks_size(source), source->device);
	return marks;
}

static void free_marks(struct source *source, u32 number)
{
	if (source->marks[number])
		dp_uncharge_source(marks_size(source), source->device);
	kfree(source->marks[number]);
	source->marks[number] = NULL;
	source->open &= ~BIT(number);
	source->uncovered &= ~BIT(number);
}

/*
 * Opens or closes a source for a run, as the run wants it. The caller has updated the totals.
 * Closing needs no memory.
 */
static void adjust(struct source *source, const struct dp_netstat *run)
{
	u64 **marks = &source->marks[run->number];
	u32 i;

	/* Of a probe that is not active, it still says that its growth is missing. */
	if (!is_matched(run, source))
		source->uncovered &= ~BIT(run->number);
	if (is_as_wanted(run, source))
		return;
	if (!*marks)
		*marks = make_marks(source);
	if (!*marks) {
		source->uncovered |= BIT(run->number);
		return;
	}
	for (i = 0; i < source->count; i++)
		(*marks)[i] = source->totals[i] - (*marks)[i];
	source->open ^= BIT(run->number);
	source->uncovered &= ~BIT(run->number);
}

/* Adds to @sums by how much the counters have grown for a run, according to the totals. */
static void add_source_growth(const struct source *source, const struct dp_netstat *run, u64 *sums)
{
	const u64 *marks = source->marks[run->number];
	u32 i;

	if (!marks)
		return;
	for (i = 0; i < source->count; i++)
		sums[i] += source->open & BIT(run->number) ? source->totals[i] - marks[i] :
							     marks[i];
}

/* Opens and closes all sources for a run, after what it wants has changed. */
static void adjust_all(const struct dp_netstat *run)
{
	bool conntrack = hold_conntrack();
	struct source *source;
	u32 i;

	for (i = 0; i < HASH_SIZE(dp_sources); i++) {
		mutex_lock(&dp_netstat_lock);
		hlist_for_each_entry(source, &dp_sources[i], node) {
			if (!is_as_wanted(run, source))
				collect(source, conntrack);
			adjust(source, run);
		}
		mutex_unlock(&dp_netstat_lock);
		cond_resched();
	}
	release_conntrack(conntrack);
}

/**
 * dp_netstat_make - make a probe's part of the counters
 * @match: the filter of the probe, which stays until it is replaced by dp_netstat_set_match(); NULL
 *	   if it has none
 *
 * The caller makes sure that there are at most as many probes as DP_PROBES_MAX and the manual one.
 *
 * Return: the part, in which no source is open yet; NULL if there is no memory.
 */
struct dp_netstat *dp_netstat_make(const struct dp_match *match)
{
	struct dp_netstat *run;
	u32 i;

	if (dp_charge(sizeof(*run)))
		return NULL;
	run = kzalloc(sizeof(*run), GFP_KERNEL);
	if (!run)
		goto no_memory;
	run->match = match;
	mutex_lock(&dp_netstat_lock);
	for (i = 0; i < RUNS_MAX && dp_runs[i]; i++)
		;
	if (i < RUNS_MAX) {
		run->number = i;
		dp_runs[i] = run;
	}
	mutex_unlock(&dp_netstat_lock);
	if (!WARN_ON_ONCE(i == RUNS_MAX))
		return run;
	kfree(run);
no_memory:
	dp_uncharge(sizeof(*run));
	return NULL;
}

/**
 * dp_netstat_free - free a probe's part of the counters
 * @run: the part; closed, and no reader uses it any more; may be NULL
 */
void dp_netstat_free(struct dp_netstat *run)
{
	struct source *source;
	u32 i;

	if (!run)
		return;
	for (i = 0; i < HASH_SIZE(dp_sources); i++) {
		mutex_lock(&dp_netstat_lock);
		hlist_for_each_entry(source, &dp_sources[i], node)
			free_marks(source, run->number);
		mutex_unlock(&dp_netstat_lock);
		cond_resched();
	}
	mutex_lock(&dp_netstat_lock);
	dp_runs[run->number] = NULL;
	mutex_unlock(&dp_netstat_lock);
	dp_uncharge(sizeof(*run));
	kfree(run);
}

/**
 * dp_netstat_set_active - let the counters of a probe grow, or not
 * @run: the probe's part
 * @active: whether they shall grow from now on
 *
 * Sources that there is no memory for remain closed; dp_print_netstat() says so.
 */
void dp_netstat_set_active(struct dp_netstat *run, bool active)
{
	u32 i;

	mutex_lock(&dp_netstat_lock);
	for (i = 0; i < DP_XDP_COUNTERS && run->active != active; i++)
		run->xdp[i] = dp_xdp_packets_of(i) - run->xdp[i];
	run->active = active;
	mutex_unlock(&dp_netstat_lock);
	adjust_all(run);
}

/**
 * dp_netstat_set_match - change a probe's filter
 * @run: the probe's part
 * @match: the new filter; afterwards the old one is not used any more
 */
void dp_netstat_set_match(struct dp_netstat *run, const struct dp_match *match)
{
	mutex_lock(&dp_netstat_lock);
	run->match = match;
	mutex_unlock(&dp_netstat_lock);
	adjust_all(run);
}

static size_t source_size(u32 count)
{
	return sizeof(struct source) + 2 * count * sizeof(u64);
}

static struct source *find_source(const void *subject)
{
	struct source *source;

	hash_for_each_possible(dp_sources, source, node,
			       (unsigned long)subject) if (source->subject ==
							   subject) return source;
	return NULL;
}

static struct source *make_source(const struct net *net, struct net_device *device)
{
	u32 count = device ? DEVICE_COUNTERS : NET_COUNTERS;
	struct source *source;

	if (dp_charge_source(source_size(count), device))
		return NULL;
	source = kzalloc(source_size(count), GFP_KERNEL);
	if (!source) {
		dp_uncharge_source(source_size(count), device);
		return NULL;
	}
	source->subject = device ? (const void *)device : net;
	source->net = device ? NULL : net;
	source->device = device;
	source->netns = dp_net_cookie(net);
	source->ifindex = device ? device->ifindex : 0;
	source->count = count;
	source->last = source->totals + count;
	return source;
}

/*
 * What the counters of a namespace have before it is added, it has counted since it was made. A
 * device is down when it is registered.
 */
static void add_source(const struct net *net, struct net_device *device)
{
	struct source *source = make_source(net, device);
	u32 i;

	mutex_lock(&dp_netstat_lock);
	if (!source) {
		++*missed_of(&dp_missed, device);
		goto unlock;
	}
	for (i = 0; i < RUNS_MAX; i++)
		if (dp_runs[i])
			adjust(source, dp_runs[i]);
	hash_add(dp_sources, &source->node, (unsigned long)source->subject);
unlock:
	mutex_unlock(&dp_netstat_lock);
}

/*
 * Adds its last growth to the sums of what was removed. May be called again for the same subject,
 * then without @first.
 */
static void remove_source(const void *subject, bool is_net, bool first)
{
	bool conntrack = is_net && hold_conntrack();
	struct source *source;
	u32 i;

	mutex_lock(&dp_netstat_lock);
	source = find_source(subject);
	if (!source) {
		/* Not below 0, see devices.c. */
		u32 *missed = missed_of(&dp_missed, !is_net);

		if (first && *missed)
			--*missed;
		goto unlock;
	}
	if (source->open)
		collect(source, conntrack);
	for (i = 0; i < RUNS_MAX; i++) {
		struct dp_netstat *run = dp_runs[i];

		if (run)
			add_source_growth(source, run,
					  source->device ? run->gone_devices : run->gone_nets);
		free_marks(source, i);
	}
	hash_del(&source->node);
	dp_uncharge_source(source_size(source->count), source->device);
	kfree(source);
unlock:
	mutex_unlock(&dp_netstat_lock);
	release_conntrack(conntrack);
}

static void start_device(const struct net_device *device)
{
	struct source *source;

	mutex_lock(&dp_netstat_lock);
	source = find_source(device);
	if (source && !source->up && !sums_up_ports(device)) {
		memset(source->last, 0, source->count * sizeof(*source->last));
		read_device(source, source->last);
		source->up = true;
	}
	mutex_unlock(&dp_netstat_lock);
}

static void stop_device(const struct net_device *device)
{
	struct source *source;

	mutex_lock(&dp_netstat_lock);
	source = find_source(device);
	if (source) {
		if (source->open)
			collect(source, false);
		source->up = false;
	}
	mutex_unlock(&dp_netstat_lock);
}

/**
 * dp_netstat_device_changed - take notice of a device that comes or goes
 * @device: the device
 * @event: what happens to it (NETDEV_*); NETDEV_UNREGISTER may be repeated
 * @loopback: it is the loopback interface of its namespace, with which the namespace comes and goes
 *
 * The caller holds the rtnl. Loopback interfaces count nothing that is lost, and are left out.
 */
void dp_netstat_device_changed(struct net_device *device, unsigned long event, bool loopback)
{
	struct net *net = dev_net(device);

	switch (event) {
	case NETDEV_REGISTER:
		add_source(net, loopback ? NULL : device);
		break;
	case NETDEV_UP:
		start_device(device);
		break;
	case NETDEV_GOING_DOWN:
		stop_device(device);
		break;
	case NETDEV_UNREGISTER:
		remove_source(loopback ? (const void *)net : device, loopback,
			      dp_is_first_unregister(device));
		break;
	}
}

static const char *counter_name(bool device, u32 i)
{
	return device ? device_counters[i].name : net_counters[i].name;
}

static void print_names(struct dp_text *text, bool device)
{
	u32 i;

	for (i = 0; i < (device ? DEVICE_COUNTERS : NET_COUNTERS); i++)
		dp_print(text, "%c%s", i ? ',' : '=', counter_name(device, i));
}

/* Prints the values that are not 0, and the end of the record. */
static void print_values(struct dp_text *text, bool device, const u64 *values)
{
	u32 i;

	for (i = 0; i < (device ? DEVICE_COUNTERS : NET_COUNTERS); i++)
		if (values[i])
			dp_print(text, " %s=%llu", counter_name(device, i), values[i]);
	dp_print(text, "\n");
}

/* The names of the counters of XDP that this kernel has. */
static void print_xdp_names(struct dp_text *text)
{
	const char *before = " xdp=";
	u32 i;

	for (i = 0; i < DP_XDP_COUNTERS; i++) {
		if (!dp_xdp_counter(i))
			continue;
		dp_print(text, "%s%s", before, dp_xdp_counter(i));
		before = ",";
	}
}

static void print_xdp(struct dp_text *text, const struct dp_netstat *run)
{
	u64 growth[DP_XDP_COUNTERS], any = 0;
	u32 i;

	mutex_lock(&dp_netstat_lock);
	for (i = 0; i < DP_XDP_COUNTERS; i++) {
		growth[i] = run->active ? dp_xdp_packets_of(i) - run->xdp[i] : run->xdp[i];
		any |= growth[i];
	}
	mutex_unlock(&dp_netstat_lock);
	if (!any)
		return;
	dp_print(text, "xdp");
	for (i = 0; i < DP_XDP_COUNTERS; i++)
		if (growth[i])
			dp_print(text, " %s=%llu", dp_xdp_counter(i), growth[i]);
	dp_print(text, "\n");
}

/**
 * struct growth - by how much the counters of a source have grown: copied, to be printed unlocked
 * @device: it is a device
 * @gone: it is the sum of what was removed
 * @netns: cookie of the namespace
 * @ifindex: number of the device
 * @values: of its counters
 */
struct growth {
	bool device;
	bool gone;
	u64 netns;
	int ifindex;
	u64 values[COUNTERS_MAX];
};

/**
 * struct growths - an array of them, as long as the longest bucket needs
 * @list: the array
 * @count: its used length
 * @room: its length
 */
struct growths {
	struct growth *list;
	u32 count;
	u32 room;
};

#define FIRST_ROOM 16 /* longer than most buckets */

static struct growth *next_growth(struct growths *growths, bool device, bool gone)
{
	struct growth *growth = &growths->list[growths->count++];

	memset(growth, 0, sizeof(*growth));
	growth->device = device;
	growth->gone = gone;
	return growth;
}

static void copy_source(struct growths *growths, const struct dp_netstat *run,
			struct source *source, bool conntrack)
{
	struct growth *growth = next_growth(growths, source->device, false);

	if (source->open & BIT(run->number))
		collect(source, conntrack);
	growth->netns = source_netns(source);
	growth->ifindex = source->ifindex;
	add_source_growth(source, run, growth->values);
}

static void print_growths(struct dp_text *text, const struct growths *growths)
{
	u32 i;

	for (i = 0; i < growths->count; i++) {
		const struct growth *growth = &growths->list[i];

		if (!memchr_inv(growth->values, 0, sizeof(growth->values)))
			continue;
		dp_print(text, "%s netns=%llu", growth->device ? "device" : "netstat",
			 growth->netns);
		if (growth->device)
			dp_print(text, " ifindex=%d", growth->ifindex);
		if (growth->gone)
			dp_print(text, " gone=y");
		print_values(text, growth->device, growth->values);
	}
}

static u32 bucket_length(u32 bucket)
{
	const struct source *source;
	u32 length = 0;

	hlist_for_each_entry(source, &dp_sources[bucket], node)
		length++;
	return length;
}

/* Allocates room for so many, in the cgroup of the reader, so without the lock. */
static int make_growths(struct growths *growths, u32 room)
{
	kvfree(growths->list);
	growths->room = room;
	growths->list = kvmalloc_array(room, sizeof(*growths->list), GFP_KERNEL_ACCOUNT);
	return growths->list ? 0 : -ENOMEM;
}

/* Takes the lock, with room for a bucket. Returns a negative errno without it. */
static int lock_bucket(struct growths *growths, u32 bucket)
{
	u32 length;

	for (;;) {
		if (mutex_lock_killable(&dp_netstat_lock))
			return -EINTR;
		length = bucket_length(bucket);
		if (length <= growths->room)
			return 0;
		mutex_unlock(&dp_netstat_lock);
		if (make_growths(growths, 2 * length))
			return -ENOMEM;
	}
}

/* The sums of what was removed. Returns the sources that there was no memory for. */
static struct missed print_gone(struct dp_text *text, const struct dp_netstat *run,
				struct growths *growths)
{
	struct missed missed;

	growths->count = 0;
	mutex_lock(&dp_netstat_lock);
	memcpy(next_growth(growths, false, true)->values, run->gone_nets, sizeof(run->gone_nets));
	memcpy(next_growth(growths, true, true)->values, run->gone_devices,
	       sizeof(run->gone_devices));
	missed = dp_missed;
	mutex_unlock(&dp_netstat_lock);
	print_growths(text, growths);
	return missed;
}

/* Adds to @missed the sources whose growth there was no memory for. */
static void print_sources(struct dp_text *text, const struct dp_netstat *run,
			  struct growths *growths, struct missed *missed)
{
	bool conntrack = hold_conntrack();
	struct source *source;
	u32 i;

	for (i = 0; i < HASH_SIZE(dp_sources) && !text->error; i++) {
		growths->count = 0;
		text->error = lock_bucket(growths, i);
		if (text->error)
			break;
		hlist_for_each_entry(source, &dp_sources[i], node) {
			/* There may be memory for it now. */
			if (source->uncovered & BIT(run->number)) {
				collect(source, conntrack);
				adjust(source, run);
			}
			if (source->uncovered & BIT(run->number))
				++*missed_of(missed, source->device);
			copy_source(growths, run, source, conntrack);
		}
		mutex_unlock(&dp_netstat_lock);
		print_growths(text, growths);
		cond_resched();
	}
	release_conntrack(conntrack);
}

/**
 * dp_print_netstat - print by how much the counters have grown for a probe
 * @text: where to print; its error is -EINTR if the reader was killed while it waited
 * @run: the probe's part
 * @given: the keys of the probe's filter (DP_GIVEN_*)
 */
void dp_print_netstat(struct dp_text *text, const struct dp_netstat *run, u32 given)
{
	struct growths growths = {};
	struct missed missed;

	if (given & ~DP_GIVEN_NETNS) {
		dp_print(text, "coverage of=none\n");
		return;
	}
	if (make_growths(&growths, FIRST_ROOM)) {
		text->error = -ENOMEM;
		return;
	}
	dp_print(text, "counters netstat");
	print_names(text, false);
	dp_print(text, " device");
	print_names(text, true);
	/* They do not know namespaces. */
	if (!given)
		print_xdp_names(text);
	dp_print(text, "\n");
	if (!given)
		print_xdp(text, run);
	/*
	 * The sums first: what goes meanwhile is then in neither of the two places in this answer,
	 * and in the sum in the next one. The other way round it would be in both.
	 */
	missed = print_gone(text, run, &growths);
	print_sources(text, run, &growths, &missed);
	kvfree(growths.list);
	dp_print(text, "coverage of=%s missing=%u missing-devices=%u\n", given ? "netns" : "all",
		 missed.nets, missed.devices);
}
