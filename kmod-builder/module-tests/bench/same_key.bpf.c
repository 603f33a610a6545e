// SPDX-License-Identifier: GPL-2.0
/*
 * same_key.bpf.c: a BPF program that keeps the module's key and values, to compare costs with:
 * reason, location, family, protocol, direction, namespace, ifindex; packets, bytes. It reads as
 * cheaply as a BPF program can: by the types that the tracepoint's arguments have.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct net {
	__u64 net_cookie;
};
typedef struct {
	struct net *net;
} possible_net_t;
struct net_device {
	int ifindex;
	possible_net_t nd_net;
};
struct sock_common {
	possible_net_t skc_net;
};
struct sock {
	struct sock_common __sk_common;
};
struct sk_buff {
	struct net_device *dev;
	struct sock *sk;
	unsigned int len;
	__u16 protocol;
	__u16 network_header;
	int skb_iif;
	unsigned char *head;
};
#pragma clang attribute pop

struct key {
	__u64 location, netns;
	__u32 reason, ifindex;
	__u8 family, protocol, direction, pad[5];
};

struct value {
	__u64 packets, bytes;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 512);
	__type(key, struct key);
	__type(value, struct value);
} counts SEC(".maps");

SEC("tp_btf/kfree_skb")
int BPF_PROG(on_kfree_skb, struct sk_buff *skb, void *location, unsigned int reason)
{
	struct key key = { .location = (__u64)location, .reason = reason };
	struct net_device *dev = skb->dev;
	struct sock *sk = skb->sk;
	struct value fresh = {}, *value;
	__u8 *header = skb->head + skb->network_header;

	if (sk)
		key.netns = sk->__sk_common.skc_net.net->net_cookie;
	if (dev) {
		key.ifindex = dev->ifindex;
		if (!sk)
			key.netns = dev->nd_net.net->net_cookie;
	}
	key.direction = skb->skb_iif ? 1 : sk ? 2 : 0;
	if (skb->protocol == 8) {
		key.family = 4;
		bpf_probe_read_kernel(&key.protocol, 1, header + 9);
	}
	value = bpf_map_lookup_elem(&counts, &key);
	if (!value) {
		bpf_map_update_elem(&counts, &key, &fresh, BPF_NOEXIST);
		value = bpf_map_lookup_elem(&counts, &key);
	}
	if (value) {
		value->packets++;
		value->bytes += skb->len;
	}
	return 0;
}

char _license[] SEC("license") = "GPL";
