// SPDX-License-Identifier: Apache-2.0
/*
 * Limits the bytes per second that go to each IPv4 destination, by a token bucket that packets on all
 * CPUs share: its fields change together, so a spin lock stands beside them.
 */
#include "net.h"

/* Changed before the program is loaded. */
const volatile __u32 bytes_per_ms = 3;
const volatile __u32 burst_bytes = 2000;

/* Longer pauses fill any bucket; so no product overflows. */
#define MAX_IDLE_NS (1ull << 30)

struct bucket {
	struct bpf_spin_lock lock;
	__u32 tokens; /* bytes that may pass */
	__u64 filled_ns; /* when they were counted */
	__u64 passed; /* bytes */
	__u64 dropped;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, __be32);
	__type(value, struct bucket);
	__uint(max_entries, 4096);
} buckets SEC(".maps");

/* Takes as many tokens as the packet has bytes, if there are so many. */
static __always_inline int take_tokens(struct bucket *bucket, __u32 bytes, __u64 now)
{
	__u64 idle, fresh, tokens;
	int enough;

	bpf_spin_lock(&bucket->lock);
	idle = now - bucket->filled_ns;
	if (idle > MAX_IDLE_NS)
		idle = MAX_IDLE_NS;
	/* A millisecond is nearly 2^20 ns; what is left over counts from the next packet on. */
	fresh = (idle >> 20) * bytes_per_ms;
	tokens = bucket->tokens + fresh;
	if (tokens > burst_bytes)
		tokens = burst_bytes;
	bucket->filled_ns = now - (idle & ((1 << 20) - 1));
	enough = tokens >= bytes;
	if (enough) {
		tokens -= bytes;
		bucket->passed += bytes;
	} else {
		bucket->dropped += bytes;
	}
	bucket->tokens = tokens;
	bpf_spin_unlock(&bucket->lock);
	return enough;
}

SEC("xdp") int policer(struct xdp_md *ctx)
{
	void *end = packet_end(ctx);
	struct ethhdr *eth = packet_start(ctx);
	void *next = eth + 1;
	struct bucket *bucket;
	struct iphdr *ip;
	__u32 bytes;
	__be32 to;
	__u64 now;

	if (next > end)
		return XDP_DROP;
	if (skip_vlans(&next, end, eth->h_proto) != htons(ETH_P_IP))
		return XDP_PASS;
	ip = next;
	if ((void *)(ip + 1) > end)
		return XDP_DROP;
	to = ip->daddr;
	bytes = ntohs(ip->tot_len);
	now = bpf_ktime_get_ns();
	bucket = bpf_map_lookup_elem(&buckets, &to);
	if (!bucket) {
		struct bucket fresh = { .tokens = burst_bytes, .filled_ns = now };

		/* Of two packets that find none the first one makes it. */
		bpf_map_update_elem(&buckets, &to, &fresh, BPF_NOEXIST);
		bucket = bpf_map_lookup_elem(&buckets, &to);
		if (!bucket)
			return XDP_DROP; /* more destinations than the map holds */
	}
	return take_tokens(bucket, bytes, now) ? XDP_PASS : XDP_DROP;
}

LICENSE("GPL"); /* bpf_ktime_get_ns is for GPL programs */
