// SPDX-License-Identifier: Apache-2.0
/*
 * A parser of several programs, one per protocol, which call each other through a table. A protocol
 * is added, replaced or removed by changing the table; what has no program there passes.
 */
#include "net.h"

enum parser {
	PARSE_VLAN,
	PARSE_IPV4,
	PARSE_IPV6,
	PARSE_TCP,
	PARSE_UDP,
	PARSE_ICMP, /* empty at first: filled from outside when wanted */
	PARSERS,
};

struct parsers {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, PARSERS);
	__type(key, __u32);
	__array(values, int(struct xdp_md *));
} parsers SEC(".maps"); /* filled below */

/* A tail call takes nothing along but the context; the rest goes through this scratch space. */
struct progress {
	__u32 offset; /* of the next header */
	__u32 depth; /* headers so far */
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, struct progress);
	__uint(max_entries, 1);
} scratch SEC(".maps");

enum outcome {
	UNKNOWN_TYPE,
	UNKNOWN_PROTOCOL,
	NO_PARSER,
	MALFORMED,
	BLOCKED,
	PASSED,
	OUTCOMES,
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, OUTCOMES);
} outcomes SEC(".maps");

static __always_inline int finish(enum outcome outcome)
{
	count(&outcomes, outcome);
	return outcome == MALFORMED || outcome == BLOCKED ? XDP_DROP : XDP_PASS;
}

static __always_inline struct progress *progress(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&scratch, &zero);
}

/* The header of this size that is next, and the step over it; NULL when it is cut off. */
static __always_inline void *take_header(struct xdp_md *ctx, __u32 bytes)
{
	struct progress *at = progress();
	void *header;

	if (!at || at->offset > 1024)
		return NULL;
	header = packet_start(ctx) + at->offset;
	if (header + bytes > packet_end(ctx))
		return NULL;
	at->offset += bytes;
	at->depth++;
	return header;
}

static __always_inline int call(struct xdp_md *ctx, enum parser parser)
{
	bpf_tail_call(ctx, &parsers, parser);
	return finish(NO_PARSER); /* empty entry, or the 34th call in a row */
}

static __always_inline int dispatch_type(struct xdp_md *ctx, __be16 proto)
{
	if (is_vlan(proto))
		return call(ctx, PARSE_VLAN);
	if (proto == htons(ETH_P_IP))
		return call(ctx, PARSE_IPV4);
	if (proto == htons(ETH_P_IPV6))
		return call(ctx, PARSE_IPV6);
	return finish(UNKNOWN_TYPE);
}

static __always_inline int dispatch_protocol(struct xdp_md *ctx, __u8 protocol)
{
	/* The table's index is computed here, so that no call has a constant one. */
	__u32 parser;

	switch (protocol) {
	case IPPROTO_TCP:
		parser = PARSE_TCP;
		break;
	case IPPROTO_UDP:
		parser = PARSE_UDP;
		break;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		parser = PARSE_ICMP;
		break;
	default:
		return finish(UNKNOWN_PROTOCOL);
	}
	return call(ctx, parser);
}

SEC("xdp") int dispatch(struct xdp_md *ctx)
{
	struct ethhdr *eth = packet_start(ctx);
	struct progress *at = progress();

	if (!at || (void *)(eth + 1) > packet_end(ctx))
		return finish(MALFORMED);
	at->offset = sizeof(*eth);
	at->depth = 1;
	return dispatch_type(ctx, eth->h_proto);
}

/* Calls itself for each tag of a stack. */
SEC("xdp") int parse_vlan(struct xdp_md *ctx)
{
	struct vlan_hdr *vlan = take_header(ctx, sizeof(*vlan));

	if (!vlan)
		return finish(MALFORMED);
	return dispatch_type(ctx, vlan->proto);
}

SEC("xdp") int parse_ipv4(struct xdp_md *ctx)
{
	struct iphdr *ip = take_header(ctx, sizeof(*ip));
	struct progress *at = progress();

	if (!ip || !at || ip->version != 4 || ip->ihl < 5)
		return finish(MALFORMED);
	if (ip->frag_off & htons(IP_OFFSET))
		return finish(PASSED);
	at->offset += (ip->ihl - 5) * 4;
	return dispatch_protocol(ctx, ip->protocol);
}

SEC("xdp") int parse_ipv6(struct xdp_md *ctx)
{
	struct ipv6hdr *ip6 = take_header(ctx, sizeof(*ip6));

	if (!ip6 || ip6->version != 6)
		return finish(MALFORMED);
	return dispatch_protocol(ctx, ip6->nexthdr);
}

/* Telnet is not welcome. */
SEC("xdp") int parse_tcp(struct xdp_md *ctx)
{
	struct tcphdr *tcp = take_header(ctx, sizeof(*tcp));

	if (!tcp || tcp->doff < 5)
		return finish(MALFORMED);
	return finish(tcp->dest == htons(23) ? BLOCKED : PASSED);
}

/* What claims to be longer than the packet is forged. */
SEC("xdp") int parse_udp(struct xdp_md *ctx)
{
	struct udphdr *udp = take_header(ctx, sizeof(*udp));

	if (!udp || (void *)udp + ntohs(udp->len) > packet_end(ctx))
		return finish(MALFORMED);
	return finish(PASSED);
}

/* Neither redirects of ICMP (5) nor of ICMPv6 (137) are welcome. */
SEC("xdp") int parse_icmp(struct xdp_md *ctx)
{
	struct icmphdr *icmp = take_header(ctx, sizeof(*icmp));

	if (!icmp)
		return finish(MALFORMED);
	return finish(icmp->type == 5 || icmp->type == 137 ? BLOCKED : PASSED);
}

struct parsers parsers = {
	.values = {
		[PARSE_VLAN] = &parse_vlan,
		[PARSE_IPV4] = &parse_ipv4,
		[PARSE_IPV6] = &parse_ipv6,
		[PARSE_TCP] = &parse_tcp,
		[PARSE_UDP] = &parse_udp,
	},
};

LICENSE("Dual BSD/GPL");
