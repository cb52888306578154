// SPDX-License-Identifier: Apache-2.0
/* Drops IPv4 packets whose header or UDP checksum is wrong, which takes a loop over the packet. */
#include "net.h"

/* Words of the largest frame; the verifier wants an end that it can see. */
#define MAX_WORDS 760

enum outcome {
	NOT_CHECKED,
	GOOD,
	BAD_HEADER,
	BAD_UDP,
	MALFORMED,
	OUTCOMES,
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, OUTCOMES);
} outcomes SEC(".maps");

/* Adds so many bytes to a sum of 16-bit words; a last odd byte counts as if a zero followed. */
static __always_inline __u64 add_words(__u64 sum, void *from, void *end, __u32 bytes)
{
	__u16 *word = from;

#pragma nounroll
	for (__u64 i = 0; i < MAX_WORDS; i++) {
		/* Or else clang counts down from a number that the verifier does not know. */
		barrier_var(i);
		if (2 * i + 1 >= bytes || (void *)(word + 1) > end)
			break;
		sum += *word++;
	}
	if ((bytes & 1) && (void *)word + 1 <= end)
		sum += *(__u8 *)word;
	return sum;
}

static __always_inline enum outcome check(struct xdp_md *ctx)
{
	void *end = packet_end(ctx);
	struct ethhdr *eth = packet_start(ctx);
	void *next = eth + 1;
	struct iphdr *ip;
	struct udphdr *udp;
	__u32 header, length;
	__u64 sum;

	if (next > end)
		return MALFORMED;
	if (skip_vlans(&next, end, eth->h_proto) != htons(ETH_P_IP))
		return NOT_CHECKED;
	ip = next;
	if ((void *)(ip + 1) > end)
		return MALFORMED;
	header = ip->ihl * 4;
	udp = (void *)ip + header;
	if (header < sizeof(*ip) || (void *)udp > end || ntohs(ip->tot_len) < header)
		return MALFORMED;
	if (fold_checksum(add_words(0, ip, end, header)))
		return BAD_HEADER;

	if (ip->protocol != IPPROTO_UDP || (ip->frag_off & htons(IP_MF | IP_OFFSET)))
		return GOOD;
	if ((void *)(udp + 1) > end)
		return MALFORMED;
	length = ntohs(udp->len);
	if (length < sizeof(*udp) || (void *)udp + length > end)
		return MALFORMED;
	if (!udp->check || length > 2 * MAX_WORDS) /* 0: the sender did not compute it */
		return NOT_CHECKED;
	/* The pseudo header: addresses, protocol, length (RFC 768). */
	sum = (__u64)ip->saddr + ip->daddr + htons(IPPROTO_UDP) + udp->len;
	sum = add_words(sum, udp, end, length);
	return fold_checksum(sum) ? BAD_UDP : GOOD;
}

SEC("xdp") int checksum_loop(struct xdp_md *ctx)
{
	enum outcome outcome = check(ctx);

	count(&outcomes, outcome);
	return outcome >= BAD_HEADER ? XDP_DROP : XDP_PASS;
}

LICENSE("Dual BSD/GPL");
