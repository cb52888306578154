// SPDX-License-Identifier: Apache-2.0
/*
 * Answers ICMP echo requests whose checksum is right; the message's words are added up by a callback
 * of bpf_loop.
 */
#include "net.h"

/* Words of the largest frame. */
#define MAX_WORDS 760

enum outcome {
	NOT_PING,
	ANSWERED,
	BAD_CHECKSUM,
	MALFORMED,
	OUTCOMES,
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, OUTCOMES);
} outcomes SEC(".maps");

struct message {
	void *start;
	void *end; /* of the packet */
	__u64 sum;
};

/* Adds one word. It is inside the packet; the verifier wants to see it. */
static int add_word(__u64 i, struct message *message)
{
	__u16 *word = message->start;

	if (i >= MAX_WORDS)
		return 1;
	word += i;
	if ((void *)(word + 1) > message->end)
		return 1;
	message->sum += *word;
	return 0;
}

static __always_inline enum outcome answer(struct xdp_md *ctx)
{
	void *end = packet_end(ctx);
	struct ethhdr *eth = packet_start(ctx);
	struct iphdr *ip = (void *)(eth + 1);
	struct icmphdr *icmp;
	struct message message = { .end = end };
	__u32 length, header, words;
	__be32 address;

	if ((void *)(ip + 1) > end)
		return (void *)ip > end || eth->h_proto == htons(ETH_P_IP) ? MALFORMED : NOT_PING;
	if (eth->h_proto != htons(ETH_P_IP) || ip->protocol != IPPROTO_ICMP ||
	    (ip->frag_off & htons(IP_MF | IP_OFFSET)))
		return NOT_PING;
	header = ip->ihl * 4;
	length = ntohs(ip->tot_len);
	icmp = (void *)ip + header;
	if (header < sizeof(*ip) || length < header + sizeof(*icmp) || (void *)(icmp + 1) > end)
		return MALFORMED;
	if (icmp->type != ICMP_ECHO)
		return NOT_PING;

	length -= header;
	if (length > 2 * MAX_WORDS || (void *)icmp + length > end)
		return MALFORMED;
	words = length / 2;
	message.start = icmp;
	bpf_loop(words, add_word, &message, 0);
	if (length & 1) { /* counts as if a zero followed */
		__u64 at = length;
		__u8 *last;

		barrier_var(at); /* clang knows that it is inside, the verifier does not */
		last = (void *)icmp + (at & 0x7fe);
		barrier_var(last);
		if ((void *)(last + 1) > end)
			return MALFORMED;
		message.sum += *last;
	}
	if (fold_checksum(message.sum))
		return BAD_CHECKSUM;

	/* The type is all that changes, by 8 in the upper byte of a word (RFC 1624). */
	icmp->type = ICMP_ECHOREPLY;
	icmp->checksum = fold_checksum((__u16)~icmp->checksum + htons(0xf7ff));
	address = ip->saddr;
	ip->saddr = ip->daddr;
	ip->daddr = address;
	swap_macs(eth);
	return ANSWERED;
}

SEC("xdp") int ping(struct xdp_md *ctx)
{
	enum outcome outcome = answer(ctx);

	count(&outcomes, outcome);
	return outcome == NOT_PING ? XDP_PASS : outcome == ANSWERED ? XDP_TX : XDP_DROP;
}

LICENSE("Dual BSD/GPL");
