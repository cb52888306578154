// SPDX-License-Identifier: Apache-2.0
/*
 * Two programs that pass a note along with the packet, in the space before its first byte. The
 * first one classifies by the DSCP field, the second one acts on the class without looking at the
 * packet again.
 */
#include "net.h"

struct note {
	__u32 magic; /* other programs use the space too */
	__u32 class;
};

#define NOTE_MAGIC 0x77656674

enum class {
	BEST_EFFORT,
	BULK, /* scavenger traffic, CS1 */
	EXPEDITED, /* voice, EF */
	CONTROL, /* routing protocols, CS6 and CS7 */
	CLASSES,
};

struct programs {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, int(struct xdp_md *));
} next SEC(".maps"); /* filled below */

/* Verdict by class; 0 passes. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, __u32);
	__uint(max_entries, CLASSES);
} verdicts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, CLASSES + 1);
} packets SEC(".maps");

static __always_inline enum class class_of(__u8 dscp)
{
	if (dscp == 46)
		return EXPEDITED;
	if (dscp >= 48)
		return CONTROL;
	return dscp == 8 ? BULK : BEST_EFFORT;
}

SEC("xdp") int classify(struct xdp_md *ctx)
{
	void *data, *end = packet_end(ctx);
	struct ethhdr *eth = packet_start(ctx);
	__u32 class = BEST_EFFORT;
	struct note *note;

	if ((void *)(eth + 1) > end)
		return XDP_DROP;
	if (eth->h_proto == htons(ETH_P_IP)) {
		struct iphdr *ip = (void *)(eth + 1);

		if ((void *)(ip + 1) <= end)
			class = class_of(ip->tos >> 2);
	} else if (eth->h_proto == htons(ETH_P_IPV6)) {
		struct ipv6hdr *ip6 = (void *)(eth + 1);

		if ((void *)(ip6 + 1) <= end)
			class = class_of(ip6->priority << 2 | ip6->flow_lbl[0] >> 6);
	}

	/* Not every driver has room for metadata; without it the packet goes on unclassified. */
	if (!bpf_xdp_adjust_meta(ctx, -(int)sizeof(*note))) {
		note = (void *)(long)ctx->data_meta;
		data = packet_start(ctx);
		if ((void *)(note + 1) > data)
			return XDP_ABORTED;
		note->magic = NOTE_MAGIC;
		note->class = class;
	}
	bpf_tail_call(ctx, &next, 0);
	return XDP_PASS;
}

SEC("xdp") int act(struct xdp_md *ctx)
{
	struct note *note = (void *)(long)ctx->data_meta;
	__u32 class = CLASSES, *verdict;

	if ((void *)(note + 1) <= packet_start(ctx) && note->magic == NOTE_MAGIC)
		class = note->class;
	count(&packets, class);
	verdict = bpf_map_lookup_elem(&verdicts, &class);
	return verdict && *verdict ? *verdict : XDP_PASS;
}

struct programs next = {
	.values = { &act },
};

LICENSE("Dual BSD/GPL");
