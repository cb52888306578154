// SPDX-License-Identifier: Apache-2.0
/*
 * Wraps packets for a service address into a second IP header that leads to the server behind it:
 * IPv4 in IPv4 (RFC 2003), IPv6 in IPv6 (RFC 2473).
 */
#include "net.h"

#define AF_INET 2
#define AF_INET6 10

struct service {
	__be32 address[4]; /* IPv4 uses the first word */
	__be16 port;
	__u16 family;
	__u8 protocol;
	__u8 zero[3];
};

struct tunnel {
	__be32 source[4];
	__be32 destination[4];
	__u16 family;
	__u8 mac[ETH_ALEN]; /* of the next hop */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, struct service);
	__type(value, struct tunnel);
	__uint(max_entries, 256);
} tunnels SEC(".maps");

/* By IP protocol, what went into a tunnel. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, 256);
} packets SEC(".maps");

/* The destination port in *port, 0 where the protocol has none; -1 when the packet is cut off. */
static __always_inline int destination_port(void *transport, void *end, __u8 protocol,
					    __be16 *port)
{
	struct udphdr *udp = transport; /* TCP has its ports in the same place */

	*port = 0;
	if (protocol != IPPROTO_TCP && protocol != IPPROTO_UDP)
		return 0;
	if ((void *)(udp + 1) > end)
		return -1;
	*port = udp->dest;
	return 0;
}

static __always_inline void outer_ethernet(struct ethhdr *eth, struct ethhdr *old,
					   struct tunnel *tunnel, __be16 proto)
{
	copy_mac(eth->h_source, old->h_dest);
	copy_mac(eth->h_dest, tunnel->mac);
	eth->h_proto = proto;
}

static __always_inline int encapsulate_ipv4(struct xdp_md *ctx, void *end)
{
	struct ethhdr *eth = packet_start(ctx), *old_eth;
	struct iphdr *ip = (void *)(eth + 1);
	struct service service = {};
	struct tunnel *tunnel;
	__u16 length;

	if ((void *)(ip + 1) > end || ip->ihl < 5)
		return XDP_DROP;
	/* Only the first fragment knows its port, so the server would never see a whole packet. */
	if (ip->frag_off & htons(IP_MF | IP_OFFSET))
		return XDP_PASS;
	if (destination_port((void *)ip + ip->ihl * 4, end, ip->protocol, &service.port))
		return XDP_DROP;
	service.address[0] = ip->daddr;
	service.family = AF_INET;
	service.protocol = ip->protocol;
	length = ntohs(ip->tot_len) + sizeof(*ip);

	tunnel = bpf_map_lookup_elem(&tunnels, &service);
	if (!tunnel || tunnel->family != AF_INET)
		return XDP_PASS;
	if (bpf_xdp_adjust_head(ctx, -(int)sizeof(*ip)))
		return XDP_DROP;
	eth = packet_start(ctx);
	ip = (void *)(eth + 1);
	old_eth = (void *)eth + sizeof(*ip);
	if ((void *)(old_eth + 1) > packet_end(ctx))
		return XDP_DROP;

	outer_ethernet(eth, old_eth, tunnel, htons(ETH_P_IP));
	ip->version = 4;
	ip->ihl = 5;
	ip->tos = 0;
	ip->tot_len = htons(length);
	ip->id = 0;
	ip->frag_off = 0;
	ip->ttl = 64;
	ip->protocol = IPPROTO_IPIP;
	ip->check = 0;
	ip->saddr = tunnel->source[0];
	ip->daddr = tunnel->destination[0];
	ip->check = ipv4_checksum(ip);

	count(&packets, service.protocol);
	return XDP_TX;
}

static __always_inline int encapsulate_ipv6(struct xdp_md *ctx, void *end)
{
	struct ethhdr *eth = packet_start(ctx), *old_eth;
	struct ipv6hdr *ip6 = (void *)(eth + 1);
	struct service service = {};
	struct tunnel *tunnel;
	__u16 length;

	if ((void *)(ip6 + 1) > end)
		return XDP_DROP;
	if (destination_port(ip6 + 1, end, ip6->nexthdr, &service.port))
		return XDP_DROP;
	__builtin_memcpy(service.address, ip6->daddr, sizeof(service.address));
	service.family = AF_INET6;
	service.protocol = ip6->nexthdr;
	length = ntohs(ip6->payload_len) + sizeof(*ip6);

	tunnel = bpf_map_lookup_elem(&tunnels, &service);
	if (!tunnel || tunnel->family != AF_INET6)
		return XDP_PASS;
	if (bpf_xdp_adjust_head(ctx, -(int)sizeof(*ip6)))
		return XDP_DROP;
	eth = packet_start(ctx);
	ip6 = (void *)(eth + 1);
	old_eth = (void *)eth + sizeof(*ip6);
	if ((void *)(old_eth + 1) > packet_end(ctx))
		return XDP_DROP;

	outer_ethernet(eth, old_eth, tunnel, htons(ETH_P_IPV6));
	ip6->version = 6;
	ip6->priority = 0;
	__builtin_memset(ip6->flow_lbl, 0, sizeof(ip6->flow_lbl));
	ip6->payload_len = htons(length);
	ip6->nexthdr = IPPROTO_IPV6;
	ip6->hop_limit = 64;
	__builtin_memcpy(ip6->saddr, tunnel->source, sizeof(ip6->saddr));
	__builtin_memcpy(ip6->daddr, tunnel->destination, sizeof(ip6->daddr));

	count(&packets, service.protocol);
	return XDP_TX;
}

SEC("xdp") int iptunnel(struct xdp_md *ctx)
{
	struct ethhdr *eth = packet_start(ctx);
	void *end = packet_end(ctx);

	if ((void *)(eth + 1) > end)
		return XDP_DROP;
	if (eth->h_proto == htons(ETH_P_IP))
		return encapsulate_ipv4(ctx, end);
	if (eth->h_proto == htons(ETH_P_IPV6))
		return encapsulate_ipv6(ctx, end);
	return XDP_PASS;
}

LICENSE("Dual BSD/GPL");
