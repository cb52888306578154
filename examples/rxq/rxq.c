// SPDX-License-Identifier: Apache-2.0
/* Counts packets per receive queue and CPU, and does with them what the configuration says. */
#include "net.h"

#define QUEUES 64
#define OTHER_QUEUES QUEUES /* the counter of all queues beyond */

enum option {
	OPTION_READ = 1, /* look at the packet, so that it must have arrived */
	OPTION_SWAP = 2, /* swap the MAC addresses */
};

struct config {
	__u32 ifindex; /* packets of other interfaces are aborted; 0 takes all */
	__u32 action;
	__u32 options;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, struct config);
	__uint(max_entries, 1);
} config SEC(".maps");

struct counters {
	__u64 packets;
	__u64 aborted;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, struct counters);
	__uint(max_entries, 1);
} total SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, struct counters);
	__uint(max_entries, QUEUES + 1);
} queues SEC(".maps");

SEC("xdp") int rxq(struct xdp_md *ctx)
{
	struct ethhdr *eth = packet_start(ctx);
	void *end = packet_end(ctx);
	struct counters *all, *queue;
	struct config *chosen;
	__u32 zero = 0, index;

	if ((void *)(eth + 1) > end)
		return XDP_ABORTED;
	chosen = bpf_map_lookup_elem(&config, &zero);
	all = bpf_map_lookup_elem(&total, &zero);
	if (!chosen || !all)
		return XDP_ABORTED;
	all->packets++;

	index = ctx->rx_queue_index;
	if (index > OTHER_QUEUES)
		index = OTHER_QUEUES;
	queue = bpf_map_lookup_elem(&queues, &index);
	if (!queue)
		return XDP_ABORTED;
	queue->packets++;

	if (chosen->ifindex && chosen->ifindex != ctx->ingress_ifindex) {
		all->aborted++;
		queue->aborted++;
		return XDP_ABORTED;
	}
	/* 802.3 frames carry a length where Ethernet II has a type; nothing here handles them. */
	if ((chosen->options & OPTION_READ) && ntohs(eth->h_proto) < 1536) {
		all->aborted++;
		queue->aborted++;
		return XDP_ABORTED;
	}
	if (chosen->options & OPTION_SWAP)
		swap_macs(eth);
	return chosen->action;
}

LICENSE("Dual BSD/GPL");
