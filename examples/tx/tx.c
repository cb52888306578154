// SPDX-License-Identifier: Apache-2.0
/* Sends every packet back to where it came from. */
#include "net.h"

SEC("xdp") int tx(struct xdp_md *ctx)
{
	struct ethhdr *eth = packet_start(ctx);

	if ((void *)(eth + 1) > packet_end(ctx))
		return XDP_DROP;
	swap_macs(eth);
	return XDP_TX;
}

LICENSE("Dual BSD/GPL");
