// SPDX-License-Identifier: Apache-2.0
/*
 * A stateful firewall: a TCP or UDP flow may only be opened from the inside, and what comes from
 * the outside passes if it belongs to a flow that was. A flow is known by its five-tuple.
 */
#include "net.h"

/*
 * Each side has its interface. On any other interface both sides share the link, and a private
 * source address (RFC 1918, 10/8) is the inside.
 */
#define INSIDE_IFINDEX 2
#define OUTSIDE_IFINDEX 3

/* As seen from the inside, so that both directions find the same entry. */
struct flow {
	__be32 inside;
	__be32 outside;
	__be16 inside_port;
	__be16 outside_port;
	__u32 protocol;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, struct flow);
	__type(value, __u64); /* packets in both directions */
	__uint(max_entries, 65536);
} flows SEC(".maps");

enum outcome {
	FLOW_KNOWN,
	FLOW_OPENED,
	FLOW_RESET,
	PASSED_ARP,
	DROPPED_UNKNOWN, /* from the outside, of no flow */
	DROPPED_MALFORMED,
	DROPPED_FRAGMENT,
	DROPPED_PROTOCOL,
	OUTCOMES,
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, OUTCOMES);
} outcomes SEC(".maps");

static __always_inline int from_inside(struct xdp_md *ctx, struct iphdr *ip)
{
	if (ctx->ingress_ifindex == INSIDE_IFINDEX)
		return 1;
	if (ctx->ingress_ifindex == OUTSIDE_IFINDEX)
		return 0;
	return (ip->saddr & htonl(0xff000000)) == htonl(0x0a000000);
}

static __always_inline enum outcome track(struct flow *flow, int inside, int reset)
{
	__u64 *packets = bpf_map_lookup_elem(&flows, flow), one = 1;

	if (packets) {
		__sync_fetch_and_add(packets, 1);
		if (!reset)
			return FLOW_KNOWN;
		bpf_map_delete_elem(&flows, flow);
		return FLOW_RESET;
	}
	if (!inside)
		return DROPPED_UNKNOWN;
	if (reset)
		return FLOW_RESET;
	/* A full table must not cut off the inside: its packets pass, the answers will not. */
	bpf_map_update_elem(&flows, flow, &one, BPF_NOEXIST);
	return FLOW_OPENED;
}

static __always_inline enum outcome filter(struct xdp_md *ctx)
{
	void *end = packet_end(ctx);
	struct ethhdr *eth = packet_start(ctx);
	void *next = eth + 1;
	struct udphdr *udp; /* TCP has its ports in the same place */
	struct flow flow;
	struct iphdr *ip;
	int inside, reset = 0;
	__be16 proto;

	if (next > end)
		return DROPPED_MALFORMED;
	proto = skip_vlans(&next, end, eth->h_proto);
	if (proto == htons(ETH_P_ARP))
		return PASSED_ARP;
	if (proto != htons(ETH_P_IP))
		return DROPPED_PROTOCOL;

	ip = next;
	if ((void *)(ip + 1) > end || ip->ihl < 5)
		return DROPPED_MALFORMED;
	if (ip->protocol != IPPROTO_TCP && ip->protocol != IPPROTO_UDP)
		return DROPPED_PROTOCOL;
	if (ip->frag_off & htons(IP_MF | IP_OFFSET))
		return DROPPED_FRAGMENT;
	udp = (void *)ip + ip->ihl * 4;
	if ((void *)(udp + 1) > end)
		return DROPPED_MALFORMED;
	if (ip->protocol == IPPROTO_TCP) {
		struct tcphdr *tcp = (void *)udp;

		if ((void *)(tcp + 1) > end || tcp->doff < 5)
			return DROPPED_MALFORMED;
		reset = tcp->flags & TCP_RST;
	}

	inside = from_inside(ctx, ip);
	flow.inside = inside ? ip->saddr : ip->daddr;
	flow.outside = inside ? ip->daddr : ip->saddr;
	flow.inside_port = inside ? udp->source : udp->dest;
	flow.outside_port = inside ? udp->dest : udp->source;
	flow.protocol = ip->protocol;
	return track(&flow, inside, reset);
}

SEC("xdp") int firewall(struct xdp_md *ctx)
{
	enum outcome outcome = filter(ctx);

	count(&outcomes, outcome);
	return outcome >= DROPPED_UNKNOWN ? XDP_DROP : XDP_PASS;
}

LICENSE("Dual BSD/GPL");
