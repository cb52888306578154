// SPDX-License-Identifier: Apache-2.0
/* Counts packets by IP protocol and drops them. */
#include "count_protocol.h"

SEC("xdp") int count_protocol_drop(struct xdp_md *ctx)
{
	struct ethhdr *eth = packet_start(ctx);
	void *end = packet_end(ctx);

	if ((void *)(eth + 1) <= end)
		count_protocol(eth, end);
	return XDP_DROP;
}

LICENSE("Dual BSD/GPL");
