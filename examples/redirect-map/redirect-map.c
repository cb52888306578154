// SPDX-License-Identifier: Apache-2.0
/* Sends every packet out of the port that the map names, with the MAC addresses swapped. */
#include "net.h"

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__type(key, __u32);
	__type(value, __u32);
	__uint(max_entries, 64);
} ports SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, 1);
} packets SEC(".maps");

SEC("xdp") int redirect_map(struct xdp_md *ctx)
{
	struct ethhdr *eth = packet_start(ctx);

	if ((void *)(eth + 1) > packet_end(ctx))
		return XDP_DROP;
	count(&packets, 0);
	swap_macs(eth);
	return bpf_redirect_map(&ports, 0, XDP_PASS);
}

LICENSE("Dual BSD/GPL");
