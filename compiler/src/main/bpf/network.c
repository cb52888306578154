// SPDX-License-Identifier: Apache-2.0
/*
 * bpf_fib_lookup and bpf_check_mtu as functions over maps, which the host fills with what it knows
 * of interfaces and routes (org.weft.sim.network.NetworkMaps). The compiler puts them in the place
 * of the calls; build.sh makes the object that it reads. What they do is what Linux 6.18 does
 * (net/core/filter.c).
 *
 * A route stands in its trie with all that is known of its next hop. A prefix, or a single
 * address, for which something else holds is an entry of its own, so that one lookup finds it all.
 */
#include "xdp.h"

#define LINKS 256
#define RULES 16

#define EINVAL 22
#define ENODEV 19
#define EAFNOSUPPORT 97

#define DIRECT 1
#define OUTPUT 2
#define SKIP_NEIGH 4
#define TBID 8
#define SRC 16
#define MARK 32
#define ALL_FLAGS 63

#define TABLE_MAIN 254
#define ETHERNET_HEADER_BYTES 14
#define DEFAULT_MTU 1500

#define IPV4 0
#define IPV6 1

/* struct bpf_fib_lookup, on stack or in a map's value. */
struct parameters {
	__u8 family;
	__u8 l4_protocol;
	__u16 sport;
	__u16 dport;
	__u16 length; /* out: the MTU */
	__u32 ifindex;
	__u32 metric;
	union {
		__u32 source4;
		__u64 source[2];
	};
	union {
		__u32 destination4;
		__u64 destination[2];
	};
	__u32 table; /* out: VLAN tag, 0 */
	union {
		__u32 mark;
		__u32 macs[3]; /* out: source, destination */
	};
};

/* An interface: where packets that came in there look first, by family; 0 for no forwarding. */
struct link {
	__u32 table[2];
	__u32 mtu; /* 0: there is no such interface */
	__u32 unused;
};

/* What is not found there packets with this mark look for here; the last of a list is table 0. */
struct rule {
	__u32 mark;
	__u32 mask;
	__u32 table;
	__u32 unused;
};

/* What holds for the addresses of a prefix. */
struct route {
	__u64 head; /* as below */
	__u32 metric;
	__u32 source; /* IPv4 */
	__u32 macs[3];
	__u32 unused;
	__u64 address[2]; /* of the next hop */
};

#define RESULT(head) ((__u8)(head)) /* BPF_FIB_LKUP_RET_*, but for NO_NEIGH */
#define HOP(head) ((__u8)((head) >> 8) & 0x7f) /* family of the next hop; 0: the destination is */
#define IS_UNKNOWN(head) ((head) & 0x8000) /* nobody knows the hop's MAC address */
#define MTU(head) ((__u16)((head) >> 16))
#define IFINDEX(head) ((__u32)((head) >> 32))

struct route6 {
	struct route route;
	__u64 source[2];
};

struct key4 {
	__u32 bits;
	__u32 table;
	__u32 address;
};

/* For routes that must lead to an interface. */
struct key4_through {
	__u32 bits;
	__u32 table;
	__u32 ifindex;
	__u32 address;
};

struct key6 {
	__u32 bits;
	__u32 table;
	__u64 address[2];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, struct link);
	__uint(max_entries, LINKS);
} links SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, struct rule);
	__uint(max_entries, RULES);
} rules4 SEC(".maps"), rules6 SEC(".maps");

/* How many routes there is room for the compiler says: it knows the machine. */
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__type(key, struct key4);
	__type(value, struct route);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} routes4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__type(key, struct key4_through);
	__type(value, struct route);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} routes4_through SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__type(key, struct key6);
	__type(value, struct route6);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} routes6 SEC(".maps");

static __always_inline const struct route *find(const struct parameters *p, __u32 table,
						__u32 flags, int family)
{
	if (family == IPV6) {
		struct key6 key = {160, table, {p->destination[0], p->destination[1]}};

		return bpf_map_lookup_elem(&routes6, &key);
	}
	if (flags & OUTPUT) {
		struct key4_through key = {96, table, p->ifindex, p->destination4};

		return bpf_map_lookup_elem(&routes4_through, &key);
	}
	struct key4 key = {64, table, p->destination4};

	return bpf_map_lookup_elem(&routes4, &key);
}

/* A route from the tables, one after the other, of which the first is known. */
static __always_inline const struct route *search(struct parameters *p, __u32 table, __u32 flags,
						  int family)
{
	__u32 mark = flags & MARK ? p->mark : 0;
	const struct route *route;

	if (flags & DIRECT) {
		table = TABLE_MAIN;
		if (flags & TBID) {
			table = p->table ? p->table : TABLE_MAIN;
			p->table = 0;
		}
		return find(p, table, flags, family);
	}
	route = find(p, table, flags, family);
#pragma clang loop unroll(disable)
	for (__u32 i = 0; !route && i < RULES; i++) {
		__u32 index = i;
		const struct rule *rule =
			family == IPV6 ? bpf_map_lookup_elem(&rules6, &index)
				       : bpf_map_lookup_elem(&rules4, &index);

		if (!rule || !rule->table)
			break;
		if (!((mark ^ rule->mark) & rule->mask))
			route = find(p, rule->table, flags, family);
	}
	return route;
}

/* Writes what the way to the next hop is; what is not reached is not written. */
static __always_inline long follow(struct parameters *p, const struct route *route, __u32 flags,
				   int family)
{
	__u64 head = route->head;

	if (RESULT(head))
		return RESULT(head);
	if (p->length > MTU(head)) {
		p->length = MTU(head);
		return BPF_FIB_LKUP_RET_FRAG_NEEDED;
	}
	p->metric = route->metric;
	p->ifindex = IFINDEX(head);
	if (flags & SRC && family == IPV4)
		p->source4 = route->source;
	if (HOP(head)) {
		p->family = HOP(head);
		if (family == IPV4 && HOP(head) == AF_INET) {
			p->destination4 = route->address[0];
		} else {
			p->destination[0] = route->address[0];
			p->destination[1] = route->address[1];
		}
	}
	if (flags & SRC && family == IPV6) {
		const struct route6 *route6 = (const void *)route;

		p->source[0] = route6->source[0];
		p->source[1] = route6->source[1];
	}
	if (!(flags & SKIP_NEIGH)) {
		if (IS_UNKNOWN(head))
			return BPF_FIB_LKUP_RET_NO_NEIGH;
		p->macs[0] = route->macs[0];
		p->macs[1] = route->macs[1];
		p->macs[2] = route->macs[2];
	}
	p->table = 0;
	p->length = MTU(head);
	return BPF_FIB_LKUP_RET_SUCCESS;
}

static __always_inline long route(struct xdp_md *ctx, struct parameters *p, __u32 flags, int family)
{
	__u32 index = p->ifindex;
	const struct link *link = bpf_map_lookup_elem(&links, &index);
	const struct route *route;

	if (!link || !link->table[family]) {
		if ((link && link->mtu) || index == ctx->ingress_ifindex)
			return BPF_FIB_LKUP_RET_FWD_DISABLED;
		return -ENODEV;
	}
	route = search(p, link->table[family], flags, family);
	return route ? follow(p, route, flags, family) : BPF_FIB_LKUP_RET_NOT_FWDED;
}

/* Whether an IPv6 address is a group's, link-local or the loopback's (rt6_need_strict). */
static __always_inline int is_local(const __u64 *address)
{
	return (address[0] & 0xff) == 0xff || (address[0] & 0xc0ff) == 0x80fe ||
	       (!address[0] && address[1] == 1ULL << 56);
}

SEC("xdp/fib_lookup")
long fib_lookup(struct xdp_md *ctx, struct parameters *p, __u32 bytes, __u32 flags)
{
	if (bytes < sizeof(*p) || flags & ~ALL_FLAGS)
		return -EINVAL;
	if (p->family == AF_INET)
		return route(ctx, p, flags, IPV4);
	if (p->family != AF_INET6)
		return -EAFNOSUPPORT;
	if (is_local(p->destination) || is_local(p->source))
		return BPF_FIB_LKUP_RET_NOT_FWDED;
	return route(ctx, p, flags, IPV6);
}

SEC("xdp/check_mtu")
long check_mtu(struct xdp_md *ctx, __u32 ifindex, __u32 *length, __s32 difference, __u64 flags)
{
	__u32 index = ifindex ? ifindex : ctx->ingress_ifindex;
	const struct link *link = bpf_map_lookup_elem(&links, &index);
	__u32 mtu = link ? link->mtu : 0;
	__s32 bytes = *length ? *length + ETHERNET_HEADER_BYTES : ctx->data_end - ctx->data;

	if (flags)
		return -EINVAL;
	if (!mtu) {
		if (ifindex && ifindex != ctx->ingress_ifindex)
			return -ENODEV;
		mtu = DEFAULT_MTU;
	}
	*length = mtu;
	return bytes + difference > (__s32)(mtu + ETHERNET_HEADER_BYTES);
}

LICENSE("Dual BSD/GPL");
