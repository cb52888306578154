// SPDX-License-Identifier: Apache-2.0
/*
 * Limits how many TCP connections a source may open per second, by a token bucket per source:
 * an IPv4 address, or an IPv6 network of 64 bits, which is what one site has.
 */
#include "net.h"

#define NS_PER_SECOND 1000000000ull

/* Changed before the program is loaded. */
const volatile __u64 syns_per_second = 10;
const volatile __u64 burst = 4;

struct source {
	__be32 network[2]; /* IPv4: the address and 0 */
	__u32 family; /* 4 or 6, or else 10.0.0.1 would meet a00:1::/64 */
};

struct bucket {
	__u64 tokens; /* SYNs that may pass, times NS_PER_SECOND */
	__u64 filled_ns; /* when they were counted */
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__type(key, struct source);
	__type(value, struct bucket);
	__uint(max_entries, 16384);
} buckets SEC(".maps");

enum outcome {
	NOT_SYN,
	PASSED,
	LIMITED,
	MALFORMED,
	OUTCOMES,
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, OUTCOMES);
} outcomes SEC(".maps");

/* Takes a token, if there is one. */
static __always_inline int take_token(struct source *source)
{
	const __u64 full = burst * NS_PER_SECOND;
	struct bucket *bucket = bpf_map_lookup_elem(&buckets, source);
	__u64 now = bpf_ktime_get_ns(), tokens, idle;

	if (!bucket) {
		struct bucket fresh = { .tokens = full - NS_PER_SECOND, .filled_ns = now };

		bpf_map_update_elem(&buckets, source, &fresh, BPF_ANY);
		return 1;
	}
	/* The wait that fills any bucket bounds the product, which would overflow else. */
	idle = now - bucket->filled_ns;
	if (idle > full / syns_per_second)
		tokens = full;
	else
		tokens = bucket->tokens + idle * syns_per_second;
	if (tokens > full)
		tokens = full;
	bucket->filled_ns = now;
	if (tokens < NS_PER_SECOND) {
		bucket->tokens = tokens;
		return 0;
	}
	bucket->tokens = tokens - NS_PER_SECOND;
	return 1;
}

static __always_inline enum outcome limit(struct xdp_md *ctx)
{
	void *end = packet_end(ctx);
	struct ethhdr *eth = packet_start(ctx);
	void *next = eth + 1;
	struct source source = {};
	struct tcphdr *tcp;
	__be16 proto;

	if (next > end)
		return MALFORMED;
	proto = skip_vlans(&next, end, eth->h_proto);
	if (proto == htons(ETH_P_IP)) {
		struct iphdr *ip = next;

		if ((void *)(ip + 1) > end || ip->ihl < 5)
			return MALFORMED;
		if (ip->protocol != IPPROTO_TCP || (ip->frag_off & htons(IP_OFFSET)))
			return NOT_SYN;
		source.network[0] = ip->saddr;
		source.family = 4;
		tcp = (void *)ip + ip->ihl * 4;
	} else if (proto == htons(ETH_P_IPV6)) {
		struct ipv6hdr *ip6 = next;

		if ((void *)(ip6 + 1) > end)
			return MALFORMED;
		if (ip6->nexthdr != IPPROTO_TCP)
			return NOT_SYN;
		source.network[0] = ip6->saddr[0];
		source.network[1] = ip6->saddr[1];
		source.family = 6;
		tcp = (void *)(ip6 + 1);
	} else {
		return NOT_SYN;
	}

	if ((void *)(tcp + 1) > end || tcp->doff < 5)
		return MALFORMED;
	if ((tcp->flags & (TCP_SYN | TCP_ACK)) != TCP_SYN)
		return NOT_SYN;
	return take_token(&source) ? PASSED : LIMITED;
}

SEC("xdp") int syn_limiter(struct xdp_md *ctx)
{
	enum outcome outcome = limit(ctx);

	count(&outcomes, outcome);
	return outcome >= LIMITED ? XDP_DROP : XDP_PASS;
}

LICENSE("GPL"); /* bpf_ktime_get_ns is for GPL programs */
