// SPDX-License-Identifier: Apache-2.0
/*
 * Routes IPv4 and IPv6 by the system's own routes and neighbours. What the fast way cannot do
 * (options, expiry, no neighbour yet, too long for the next link) the kernel gets.
 */
#include "net.h"

#define RESULTS 16

/* Packets by what the lookup said. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, RESULTS);
} results SEC(".maps");

/* Lowers the lifetime by one and mends the header's checksum (RFC 1624). */
static __always_inline void decrement_ttl(struct iphdr *ip)
{
	__u32 sum = ip->check;

	sum += htons(0x0100);
	ip->check = sum + (sum >= 0xffff);
	ip->ttl--;
}

static __always_inline int is_refused(long result)
{
	return result == BPF_FIB_LKUP_RET_BLACKHOLE || result == BPF_FIB_LKUP_RET_UNREACHABLE ||
	       result == BPF_FIB_LKUP_RET_PROHIBIT;
}

SEC("xdp") int fib_router(struct xdp_md *ctx)
{
	void *end = packet_end(ctx);
	struct ethhdr *eth = packet_start(ctx);
	struct iphdr *ip = (void *)(eth + 1);
	struct ipv6hdr *ip6 = (void *)(eth + 1);
	struct bpf_fib_lookup fib = {};
	__be16 proto;
	long result;

	if ((void *)(eth + 1) > end)
		return XDP_DROP;
	proto = eth->h_proto;
	if (proto == htons(ETH_P_IP)) {
		if ((void *)(ip + 1) > end || ip->version != 4)
			return XDP_DROP;
		if (ip->ihl != 5 || ip->ttl <= 1)
			return XDP_PASS;
		fib.family = AF_INET;
		fib.tos = ip->tos;
		fib.l4_protocol = ip->protocol;
		fib.tot_len = ntohs(ip->tot_len);
		fib.ipv4_src = ip->saddr;
		fib.ipv4_dst = ip->daddr;
	} else if (proto == htons(ETH_P_IPV6)) {
		if ((void *)(ip6 + 1) > end || ip6->version != 6)
			return XDP_DROP;
		if (ip6->hop_limit <= 1)
			return XDP_PASS;
		fib.family = AF_INET6;
		fib.flowinfo = *(__be32 *)ip6 & htonl(0x0fffffff);
		fib.l4_protocol = ip6->nexthdr;
		fib.tot_len = ntohs(ip6->payload_len) + sizeof(*ip6);
#pragma unroll
		for (int i = 0; i < 4; i++) {
			fib.ipv6_src[i] = ip6->saddr[i];
			fib.ipv6_dst[i] = ip6->daddr[i];
		}
	} else {
		return XDP_PASS;
	}
	fib.ifindex = ctx->ingress_ifindex;

	result = bpf_fib_lookup(ctx, &fib, sizeof(fib), 0);
	if (result < 0)
		return XDP_ABORTED;
	count(&results, result);
	if (is_refused(result))
		return XDP_DROP;
	if (result != BPF_FIB_LKUP_RET_SUCCESS)
		return XDP_PASS;

	if (proto == htons(ETH_P_IP))
		decrement_ttl(ip);
	else
		ip6->hop_limit--;
	copy_mac(eth->h_dest, fib.dmac);
	copy_mac(eth->h_source, fib.smac);
	return bpf_redirect(fib.ifindex, 0);
}

/* bpf_fib_lookup is for programs under this licence. */
LICENSE("Dual BSD/GPL");
