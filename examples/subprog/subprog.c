// SPDX-License-Identifier: Apache-2.0
/*
 * Finds the transport header behind any stack of VLAN tags, IPv4 options and IPv6 extension
 * headers, and counts packets by what they carry. Each layer is a function of its own, which moves
 * a cursor on its caller's stack.
 */
#include "net.h"

#define MAX_TAGS 4
#define MAX_EXTENSIONS 6

struct cursor {
	void *next;
	void *end;
};

enum carried {
	CARRIED_TCP,
	CARRIED_UDP,
	CARRIED_ICMP,
	CARRIED_FRAGMENT,
	CARRIED_OTHER,
	CARRIED_MALFORMED,
	CARRIED,
};

struct traffic {
	__u64 packets;
	__u64 headers; /* bytes before the transport header */
	__u64 payload; /* bytes from there on */
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, struct traffic);
	__uint(max_entries, CARRIED);
} traffic SEC(".maps");

/* The next header's type, or -1 when the packet is cut off; steps over all VLAN tags. */
static __noinline int parse_ethernet(struct cursor *cursor)
{
	struct ethhdr *eth = cursor->next;
	__be16 proto;

	if ((void *)(eth + 1) > cursor->end)
		return -1;
	proto = eth->h_proto;
	cursor->next = eth + 1;
#pragma nounroll
	for (int i = 0; i < MAX_TAGS && is_vlan(proto); i++) {
		struct vlan_hdr *vlan = cursor->next;

		if ((void *)(vlan + 1) > cursor->end)
			return -1;
		proto = vlan->proto;
		cursor->next = vlan + 1;
	}
	return proto;
}

/* The protocol behind the header, or -1; IPPROTO_FRAGMENT for a later fragment. */
static __noinline int parse_ipv4(struct cursor *cursor)
{
	struct iphdr *ip = cursor->next;
	int bytes;

	if ((void *)(ip + 1) > cursor->end || ip->version != 4)
		return -1;
	bytes = ip->ihl * 4;
	if (bytes < (int)sizeof(*ip) || (void *)ip + bytes > cursor->end)
		return -1;
	cursor->next = (void *)ip + bytes;
	return ip->frag_off & htons(IP_OFFSET) ? IPPROTO_FRAGMENT : ip->protocol;
}

struct extension {
	__u8 nexthdr;
	__u8 length; /* in units of eight bytes, the first not counted; AH: of four, less two */
	__be16 offset; /* of a fragment header */
	__be32 id;
};

static __noinline int parse_ipv6(struct cursor *cursor)
{
	struct ipv6hdr *ip6 = cursor->next;
	int protocol, bytes;

	if ((void *)(ip6 + 1) > cursor->end || ip6->version != 6)
		return -1;
	protocol = ip6->nexthdr;
	cursor->next = ip6 + 1;
#pragma nounroll
	for (int i = 0; i < MAX_EXTENSIONS; i++) {
		struct extension *extension = cursor->next;

		if (protocol != IPPROTO_HOPOPTS && protocol != IPPROTO_ROUTING &&
		    protocol != IPPROTO_DSTOPTS && protocol != IPPROTO_FRAGMENT &&
		    protocol != IPPROTO_AH)
			return protocol;
		if ((void *)(extension + 1) > cursor->end)
			return -1;
		if (protocol == IPPROTO_FRAGMENT) {
			bytes = sizeof(*extension);
			if (extension->offset & htons(0xfff8))
				return IPPROTO_FRAGMENT;
		} else if (protocol == IPPROTO_AH) {
			bytes = (extension->length + 2) * 4;
		} else {
			bytes = (extension->length + 1) * 8;
		}
		if (cursor->next + bytes > cursor->end)
			return -1;
		protocol = extension->nexthdr;
		cursor->next += bytes;
	}
	return protocol;
}

static __noinline enum carried classify(int protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
		return CARRIED_TCP;
	case IPPROTO_UDP:
		return CARRIED_UDP;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return CARRIED_ICMP;
	case IPPROTO_FRAGMENT:
		return CARRIED_FRAGMENT;
	default:
		return protocol < 0 ? CARRIED_MALFORMED : CARRIED_OTHER;
	}
}

SEC("xdp") int subprog(struct xdp_md *ctx)
{
	struct cursor cursor = { .next = packet_start(ctx), .end = packet_end(ctx) };
	int proto = parse_ethernet(&cursor), protocol = -1;
	struct traffic *entry;
	__u32 carried;

	if (proto == htons(ETH_P_IP))
		protocol = parse_ipv4(&cursor);
	else if (proto == htons(ETH_P_IPV6))
		protocol = parse_ipv6(&cursor);
	else if (proto >= 0)
		return XDP_PASS;

	carried = classify(protocol);
	entry = bpf_map_lookup_elem(&traffic, &carried);
	if (!entry)
		return XDP_ABORTED;
	__sync_fetch_and_add(&entry->packets, 1);
	__sync_fetch_and_add(&entry->headers, cursor.next - packet_start(ctx));
	__sync_fetch_and_add(&entry->payload, cursor.end - cursor.next);
	return carried == CARRIED_MALFORMED ? XDP_DROP : XDP_PASS;
}

LICENSE("Dual BSD/GPL");
