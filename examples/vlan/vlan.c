// SPDX-License-Identifier: Apache-2.0
/* Pushes, pops and rewrites VLAN tags as a table by VLAN identifier says. */
#include "net.h"

#define VLANS 4096 /* identifiers have 12 bits; 0 stands for untagged packets */

enum vlan_action {
	VLAN_PASS,
	VLAN_PUSH,
	VLAN_POP,
	VLAN_REWRITE,
	VLAN_DROP,
	VLAN_ACTIONS,
};

struct rule {
	__u16 action;
	__u16 vid; /* of the tag to push, or the new one */
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, struct rule);
	__uint(max_entries, VLANS);
} rules SEC(".maps");

/* By action. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, VLAN_ACTIONS);
} packets SEC(".maps");

struct macs {
	__u8 mac[2 * ETH_ALEN];
};

/* Makes room behind the MAC addresses, which move forward; a tag in a tag is a service tag. */
static __always_inline int push(struct xdp_md *ctx, __u16 vid, int tagged)
{
	struct vlan_hdr *vlan;
	struct ethhdr *eth;
	struct macs *old;

	if (bpf_xdp_adjust_head(ctx, -(int)sizeof(*vlan)))
		return XDP_DROP;
	eth = packet_start(ctx);
	vlan = (void *)(eth + 1);
	old = (void *)eth + sizeof(*vlan);
	if ((void *)(vlan + 1) > packet_end(ctx))
		return XDP_DROP;
	__builtin_memmove(eth, old, sizeof(*old));
	eth->h_proto = tagged ? htons(ETH_P_8021AD) : htons(ETH_P_8021Q);
	vlan->tci = htons(vid);
	return XDP_TX;
}

static __always_inline int pop(struct xdp_md *ctx)
{
	struct macs *to, *from = packet_start(ctx);

	to = (void *)from + sizeof(struct vlan_hdr);
	if ((void *)(to + 1) > packet_end(ctx))
		return XDP_DROP;
	__builtin_memmove(to, from, sizeof(*to));
	if (bpf_xdp_adjust_head(ctx, sizeof(struct vlan_hdr)))
		return XDP_DROP;
	return XDP_TX;
}

SEC("xdp") int vlan(struct xdp_md *ctx)
{
	void *end = packet_end(ctx);
	struct ethhdr *eth = packet_start(ctx);
	struct vlan_hdr *tag = (void *)(eth + 1);
	struct rule *rule;
	__u32 vid = 0;
	int tagged;

	if ((void *)tag > end)
		return XDP_DROP;
	tagged = is_vlan(eth->h_proto);
	if (tagged) {
		if ((void *)(tag + 1) > end)
			return XDP_DROP;
		vid = ntohs(tag->tci) & (VLANS - 1);
	}
	rule = bpf_map_lookup_elem(&rules, &vid);
	if (!rule || rule->action >= VLAN_ACTIONS)
		return XDP_ABORTED;
	count(&packets, rule->action);

	switch (rule->action) {
	case VLAN_PUSH:
		return push(ctx, rule->vid, tagged);
	case VLAN_POP:
		return tagged ? pop(ctx) : XDP_PASS;
	case VLAN_REWRITE:
		if (tagged && (void *)(tag + 1) <= end) /* priority and drop bit stay */
			tag->tci = (tag->tci & htons(0xf000)) | htons(rule->vid);
		return XDP_TX;
	case VLAN_DROP:
		return XDP_DROP;
	default:
		return XDP_PASS;
	}
}

LICENSE("Dual BSD/GPL");
