// SPDX-License-Identifier: Apache-2.0
/*
 * Answers IPv4 packets that are too long, and may not be fragmented, with an ICMP "fragmentation
 * needed" message: the packet is cut, and IP and ICMP headers are put in front of what is left.
 */
#include "net.h"

/* Beyond the IP header a source needs eight bytes to find its socket (RFC 792); options fit. */
#define QUOTE_BYTES 68

struct reply {
	struct iphdr ip;
	struct icmphdr icmp;
};

/* Longest frame that passes; changed before the program is loaded. */
const volatile __u32 max_frame = 600;

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, 1);
} replies SEC(".maps");

/* An error about an error, or about a fragment that has no ports, must not be sent (RFC 1122). */
static __always_inline int may_answer(struct iphdr *ip)
{
	return ip->ihl >= 5 && (ip->frag_off & htons(IP_DF)) &&
	       !(ip->frag_off & htons(IP_OFFSET)) && ip->protocol != IPPROTO_ICMP;
}

static __always_inline int send_too_big(struct xdp_md *ctx)
{
	struct ethhdr *eth, *old_eth;
	struct iphdr *quoted;
	struct reply *reply;
	int length = packet_end(ctx) - packet_start(ctx);

	if (bpf_xdp_adjust_tail(ctx, (int)(sizeof(*eth) + QUOTE_BYTES) - length))
		return XDP_DROP;
	if (bpf_xdp_adjust_head(ctx, -(int)sizeof(*reply)))
		return XDP_DROP;

	eth = packet_start(ctx);
	reply = (void *)(eth + 1);
	quoted = (void *)(reply + 1);
	old_eth = (void *)quoted - sizeof(*old_eth);
	if ((void *)quoted + QUOTE_BYTES > packet_end(ctx))
		return XDP_DROP;

	copy_mac(eth->h_dest, old_eth->h_source);
	copy_mac(eth->h_source, old_eth->h_dest);
	eth->h_proto = htons(ETH_P_IP);

	reply->ip.version = 4;
	reply->ip.ihl = 5;
	reply->ip.tos = 0;
	reply->ip.tot_len = htons(sizeof(*reply) + QUOTE_BYTES);
	reply->ip.id = 0;
	reply->ip.frag_off = 0;
	reply->ip.ttl = 64;
	reply->ip.protocol = IPPROTO_ICMP;
	reply->ip.check = 0;
	reply->ip.saddr = quoted->daddr;
	reply->ip.daddr = quoted->saddr;
	reply->ip.check = ipv4_checksum(&reply->ip);

	reply->icmp.type = ICMP_DEST_UNREACH;
	reply->icmp.code = ICMP_FRAG_NEEDED;
	reply->icmp.checksum = 0;
	reply->icmp.unused = 0;
	reply->icmp.mtu = htons(max_frame - sizeof(*eth));
	reply->icmp.checksum = fold_checksum(
		bpf_csum_diff(NULL, 0, &reply->icmp, sizeof(reply->icmp) + QUOTE_BYTES, 0));

	count(&replies, 0);
	return XDP_TX;
}

SEC("xdp") int adjust_tail(struct xdp_md *ctx)
{
	void *end = packet_end(ctx);
	struct ethhdr *eth = packet_start(ctx);
	struct iphdr *ip = (void *)(eth + 1);

	if ((void *)(ip + 1) > end)
		return XDP_PASS;
	if (end - (void *)eth <= max_frame || eth->h_proto != htons(ETH_P_IP) || !may_answer(ip))
		return XDP_PASS;
	return send_too_big(ctx);
}

LICENSE("Dual BSD/GPL");
