// SPDX-License-Identifier: Apache-2.0
/* Drops every packet. */
#include "xdp.h"

SEC("xdp") int drop(struct xdp_md *ctx)
{
	return XDP_DROP;
}

LICENSE("Dual BSD/GPL");
