// SPDX-License-Identifier: Apache-2.0
/* Counts packets by IP protocol and sends them back to where they came from. */
#include "count_protocol.h"

SEC("xdp") int count_protocol_tx(struct xdp_md *ctx)
{
	struct ethhdr *eth = packet_start(ctx);
	void *end = packet_end(ctx);

	if ((void *)(eth + 1) > end)
		return XDP_DROP;
	count_protocol(eth, end);
	swap_macs(eth);
	return XDP_TX;
}

LICENSE("Dual BSD/GPL");
