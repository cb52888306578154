/* SPDX-License-Identifier: Apache-2.0 */
/* Packets by IP protocol number; what is not IP, or cut off, counts as 0. */
#ifndef COUNT_PROTOCOL_H
#define COUNT_PROTOCOL_H

#include "net.h"

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, 256);
} protocols SEC(".maps");

/* The protocol number of the first header behind IPv4 or IPv6. */
static __always_inline __u32 ip_protocol(void *next, void *end, __be16 proto)
{
	if (proto == htons(ETH_P_IP)) {
		struct iphdr *ip = next;

		if ((void *)(ip + 1) <= end)
			return ip->protocol;
	} else if (proto == htons(ETH_P_IPV6)) {
		struct ipv6hdr *ip6 = next;

		if ((void *)(ip6 + 1) <= end)
			return ip6->nexthdr;
	}
	return 0;
}

static __always_inline void count_protocol(struct ethhdr *eth, void *end)
{
	void *next = eth + 1;
	__be16 proto = skip_vlans(&next, end, eth->h_proto);

	count(&protocols, ip_protocol(next, end, proto));
}

#endif
