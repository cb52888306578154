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

/* Bits of what a link forwards. */
#define IPV4 1
#define IPV6 2

/* struct bpf_fib_lookup, on stack or in a map's value. */
struct parameters {
	__u8 family;
	__u8 l4_protocol;
	__u16 sport;
	__u16 dport;
	__u16 length; /* out: the MTU */
	__u32 ifindex;
	__u32 metric;
	__u64 source[2];
	__u64 destination[2];
	__u32 table; /* out: VLAN tag, 0 */
	union {
		__u32 mark;
		__u32 macs[3]; /* out: source, destination */
	};
};

/* An interface; one of no MTU is not there. */
struct link {
	__u32 mtu;
	__u32 forwards;
};

/* Packets with this mark look here; the last one of a list names table 0. */
struct rule {
	__u32 mark;
	__u32 mask;
	__u32 table;
	__u32 unused;
};

/* What holds for the addresses of a prefix. */
struct route {
	__u8 result; /* BPF_FIB_LKUP_RET_*; NO_NEIGH: only the neighbour is not known */
	__u8 hop; /* family of the next hop; 0: the destination is */
	__u16 mtu;
	__u32 ifindex;
	__u32 metric;
	__u32 source; /* IPv4 */
	__u32 macs[3];
	__u32 unused;
	__u64 address[2]; /* of the next hop */
};

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
		struct key4_through key = {96, table, p->ifindex, p->destination[0]};

		return bpf_map_lookup_elem(&routes4_through, &key);
	}
	struct key4 key = {64, table, p->destination[0]};

	return bpf_map_lookup_elem(&routes4, &key);
}

static __always_inline const struct route *search(struct parameters *p, __u32 flags, int family)
{
	__u32 mark = flags & MARK ? p->mark : 0;
	const struct route *route = 0;

	if (flags & DIRECT) {
		__u32 table = TABLE_MAIN;

		if (flags & TBID) {
			table = p->table ? p->table : TABLE_MAIN;
			p->table = 0;
		}
		return find(p, table, flags, family);
	}
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < RULES; i++) {
		__u32 index = i;
		const struct rule *rule =
			family == IPV6 ? bpf_map_lookup_elem(&rules6, &index)
				       : bpf_map_lookup_elem(&rules4, &index);

		if (!rule || !rule->table)
			break;
		if (!((mark ^ rule->mark) & rule->mask))
			route = find(p, rule->table, flags, family);
		if (route)
			break;
	}
	return route;
}

/* Writes what the way to the next hop is; what is not reached is not written. */
static __always_inline long follow(struct parameters *p, const struct route *route, __u32 flags,
				   int family)
{
	if (!route)
		return BPF_FIB_LKUP_RET_NOT_FWDED;
	if (route->result && route->result != BPF_FIB_LKUP_RET_NO_NEIGH)
		return route->result;
	if (p->length > route->mtu) {
		p->length = route->mtu;
		return BPF_FIB_LKUP_RET_FRAG_NEEDED;
	}
	p->metric = route->metric;
	p->ifindex = route->ifindex;
	if (flags & SRC && family == IPV4)
		*(__u32 *)p->source = route->source;
	if (route->hop) {
		p->family = route->hop;
		if (family == IPV4 && route->hop == AF_INET) {
			*(__u32 *)p->destination = route->address[0];
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
		if (route->result)
			return BPF_FIB_LKUP_RET_NO_NEIGH;
		p->macs[0] = route->macs[0];
		p->macs[1] = route->macs[1];
		p->macs[2] = route->macs[2];
	}
	p->table = 0;
	p->length = route->mtu;
	return BPF_FIB_LKUP_RET_SUCCESS;
}

static __always_inline long route(struct xdp_md *ctx, struct parameters *p, __u32 flags, int family)
{
	__u32 index = p->ifindex;
	const struct link *link = bpf_map_lookup_elem(&links, &index);

	if (!link || !link->mtu)
		return p->ifindex == ctx->ingress_ifindex ? BPF_FIB_LKUP_RET_FWD_DISABLED : -ENODEV;
	if (!(link->forwards & family))
		return BPF_FIB_LKUP_RET_FWD_DISABLED;
	return follow(p, search(p, flags, family), flags, family);
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
