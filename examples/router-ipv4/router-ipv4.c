// SPDX-License-Identifier: Apache-2.0
/*
 * Forwards IPv4 packets. A host that was resolved before is found by exact match; otherwise the
 * longest matching route names the next hop. What the maps cannot answer goes to the kernel, which
 * resolves it.
 */
#include "net.h"

#define PORTS 64

struct neighbour {
	__u8 mac[ETH_ALEN]; /* of the next hop */
	__u8 port_mac[ETH_ALEN]; /* of the port that leads to it */
	__u32 port; /* index in ports */
};

/* By IPv4 address in network byte order. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, __be32);
	__type(value, struct neighbour);
	__uint(max_entries, 1024);
} neighbours SEC(".maps");

struct prefix {
	__u32 bits;
	__be32 address;
};

struct route {
	__be32 gateway; /* 0 when the destination itself is on the link */
	__u32 reject; /* not 0: drop what goes there */
};

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__type(key, struct prefix);
	__type(value, struct route);
	__uint(max_entries, 1024);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} routes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__type(key, __u32);
	__type(value, __u32);
	__uint(max_entries, PORTS);
} ports SEC(".maps");

enum counter {
	FORWARDED,
	REJECTED,
	TO_KERNEL,
	COUNTERS,
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, COUNTERS);
} counters SEC(".maps");

static __always_inline int to_kernel(void)
{
	count(&counters, TO_KERNEL);
	return XDP_PASS;
}

/* Lowers the lifetime by one and mends the header's checksum (RFC 1624). */
static __always_inline void decrement_ttl(struct iphdr *ip)
{
	__u32 sum = ip->check;

	sum += htons(0x0100);
	ip->check = sum + (sum >= 0xffff);
	ip->ttl--;
}

SEC("xdp") int router_ipv4(struct xdp_md *ctx)
{
	void *end = packet_end(ctx);
	struct ethhdr *eth = packet_start(ctx);
	struct iphdr *ip = (void *)(eth + 1);
	struct neighbour *hop;
	struct route *route;
	struct prefix host;
	__be32 next;

	if ((void *)(ip + 1) > end)
		return XDP_DROP;
	if (eth->h_proto != htons(ETH_P_IP))
		return to_kernel();
	/* Options, expiry and group addresses want more care than fits here. */
	if (ip->version != 4 || ip->ihl != 5 || ip->ttl <= 1 || (eth->h_dest[0] & 1))
		return to_kernel();

	hop = bpf_map_lookup_elem(&neighbours, &ip->daddr);
	if (!hop) {
		host.bits = 32;
		host.address = ip->daddr;
		route = bpf_map_lookup_elem(&routes, &host);
		if (!route)
			return to_kernel();
		if (route->reject) {
			count(&counters, REJECTED);
			return XDP_DROP;
		}
		next = route->gateway;
		if (!next)
			return to_kernel();
		hop = bpf_map_lookup_elem(&neighbours, &next);
		if (!hop)
			return to_kernel();
	}

	decrement_ttl(ip);
	copy_mac(eth->h_dest, hop->mac);
	copy_mac(eth->h_source, hop->port_mac);
	count(&counters, FORWARDED);
	return bpf_redirect_map(&ports, hop->port, XDP_DROP);
}

LICENSE("Dual BSD/GPL");
