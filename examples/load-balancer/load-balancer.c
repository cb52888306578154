// SPDX-License-Identifier: Apache-2.0
/*
 * A layer-4 load balancer. A packet for a virtual address (VIP) is wrapped into an IPv4 header that
 * leads to one of the real servers behind it, which answers its client directly. A new flow picks
 * its server by consistent hashing, so that balancers with the same ring agree without talking;
 * the connection table keeps a flow with its server when the ring changes.
 */
#include "jhash.h"
#include "net.h"

#define VIPS 16
#define REALS 256
#define RING_SIZE 65537 /* prime, as consistent hashing after Maglev wants it */
#define RINGS 1 /* VIPs with the same servers share one */
#define UDP_IDLE_NS 30000000000ull

enum vip_flag {
	VIP_NO_SOURCE_PORT = 1, /* all flows of a client go to one server */
	VIP_NO_TABLE = 2, /* by consistent hashing only */
};

struct flow {
	__be32 source;
	__be32 destination;
	__be16 source_port;
	__be16 destination_port;
	__u32 protocol;
};

/* Port 0 stands for all ports of the address; ICMP with port 0 lets the balancer answer pings. */
struct vip {
	__be32 address;
	__be16 port;
	__u8 protocol;
	__u8 zero;
};

struct vip_info {
	__u16 number; /* of its counters */
	__u16 ring;
	__u32 flags;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, struct vip);
	__type(value, struct vip_info);
	__uint(max_entries, VIPS);
} vips SEC(".maps");

/* Slot of the ring to number of the real server. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, __u32);
	__uint(max_entries, RINGS * RING_SIZE);
} rings SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, __be32); /* address; 0 for none */
	__uint(max_entries, REALS);
} reals SEC(".maps");

struct connection {
	__u64 last_ns; /* of the last packet; UDP only */
	__u32 real;
	__u32 zero;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__type(key, struct flow);
	__type(value, struct connection);
	__uint(max_entries, 16384);
} connections SEC(".maps");

struct control {
	__u8 router_mac[ETH_ALEN];
	__u16 zero;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, struct control);
	__uint(max_entries, 1);
} control SEC(".maps");

struct traffic {
	__u64 packets;
	__u64 bytes;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, struct traffic);
	__uint(max_entries, VIPS);
} vip_traffic SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, struct traffic);
	__uint(max_entries, REALS);
} real_traffic SEC(".maps");

enum counter {
	FROM_TABLE,
	NOT_IN_TABLE,
	TCP_OPENED,
	UDP_EXPIRED,
	TABLE_UNUSED,
	PINGS,
	NO_REAL,
	COUNTERS,
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, COUNTERS);
} counters SEC(".maps");

static __always_inline void add_traffic(void *map, __u32 index, __u32 bytes)
{
	struct traffic *traffic = bpf_map_lookup_elem(map, &index);

	if (traffic) {
		traffic->packets++;
		traffic->bytes += bytes;
	}
}

static __always_inline struct vip_info *find_vip(struct flow *flow)
{
	struct vip vip = {
		.address = flow->destination,
		.port = flow->destination_port,
		.protocol = flow->protocol,
	};
	struct vip_info *info = bpf_map_lookup_elem(&vips, &vip);

	if (!info) {
		vip.port = 0;
		info = bpf_map_lookup_elem(&vips, &vip);
	}
	return info;
}

static __always_inline __u32 ring_slot(struct flow *flow, struct vip_info *info)
{
	__u32 ports = (__u32)flow->destination_port << 16;

	if (!(info->flags & VIP_NO_SOURCE_PORT))
		ports |= flow->source_port;
	return info->ring * RING_SIZE +
	       jhash_3words(flow->source, ports, flow->protocol, info->ring) % RING_SIZE;
}

/* Looks the flow up in the connection table; *real is set only when FROM_TABLE is returned. */
static __always_inline enum counter recall(struct flow *flow, __u64 now, __u32 *real)
{
	struct connection *connection = bpf_map_lookup_elem(&connections, flow);

	if (!connection)
		return NOT_IN_TABLE;
	if (flow->protocol == IPPROTO_UDP) {
		if (now - connection->last_ns > UDP_IDLE_NS)
			return UDP_EXPIRED;
		connection->last_ns = now;
	}
	*real = connection->real;
	return FROM_TABLE;
}

static __always_inline int answer_ping(struct ethhdr *eth, struct iphdr *ip, struct icmphdr *icmp)
{
	__be32 address = ip->saddr;
	__u32 sum = icmp->checksum;

	swap_macs(eth);
	ip->saddr = ip->daddr;
	ip->daddr = address;
	/* The type goes from 8 to 0, so the checksum grows by as much (RFC 1624). */
	icmp->type = ICMP_ECHOREPLY;
	sum += htons(ICMP_ECHO << 8);
	icmp->checksum = sum + (sum >> 16);
	return XDP_TX;
}

/*
 * An error message from a router on the way to a client quotes a packet that a real server has
 * sent. It must reach that server, so the flow is the quoted one, reversed.
 */
static __always_inline int quoted_flow(struct icmphdr *icmp, void *end, struct flow *flow)
{
	struct iphdr *ip = (void *)(icmp + 1);
	struct udphdr *udp;

	if ((void *)(ip + 1) > end || ip->ihl != 5)
		return -1;
	udp = (void *)(ip + 1);
	if ((void *)(udp + 1) > end)
		return -1;
	flow->source = ip->daddr;
	flow->destination = ip->saddr;
	flow->source_port = udp->dest;
	flow->destination_port = udp->source;
	flow->protocol = ip->protocol;
	return 0;
}

static __always_inline int encapsulate(struct xdp_md *ctx, struct flow *flow, __be32 real)
{
	struct ethhdr *eth = packet_start(ctx), *old_eth;
	struct iphdr *ip, *old_ip;
	struct control *to;
	__u32 zero = 0;

	to = bpf_map_lookup_elem(&control, &zero);
	if (!to || bpf_xdp_adjust_head(ctx, -(int)sizeof(*ip)))
		return XDP_DROP;
	eth = packet_start(ctx);
	ip = (void *)(eth + 1);
	old_eth = (void *)eth + sizeof(*ip);
	old_ip = ip + 1;
	if ((void *)(old_ip + 1) > packet_end(ctx))
		return XDP_DROP;

	copy_mac(eth->h_source, old_eth->h_dest);
	copy_mac(eth->h_dest, to->router_mac);
	eth->h_proto = htons(ETH_P_IP);
	ip->version = 4;
	ip->ihl = 5;
	ip->tos = old_ip->tos;
	ip->tot_len = htons(ntohs(old_ip->tot_len) + sizeof(*ip));
	ip->id = 0;
	ip->frag_off = 0;
	ip->ttl = 64;
	ip->protocol = IPPROTO_IPIP;
	ip->check = 0;
	/* One address per flow from 172.16/16, so that receive queues of the server share the load. */
	ip->saddr = htonl(0xac100000) |
		    ((flow->source ^ (__u32)flow->source_port << 16) & htonl(0xffff));
	ip->daddr = real;
	ip->check = ipv4_checksum(ip);
	return XDP_TX;
}

SEC("xdp") int load_balancer(struct xdp_md *ctx)
{
	void *end = packet_end(ctx);
	struct ethhdr *eth = packet_start(ctx);
	struct iphdr *ip = (void *)(eth + 1);
	struct icmphdr *ping = NULL;
	struct vip_info *info;
	struct flow flow;
	void *transport;
	int opens = 0, remember = 1;
	__u32 slot, bytes, real, *ring;
	enum counter how;
	__be32 *address;
	__u64 now = 0;

	if ((void *)(eth + 1) > end)
		return XDP_DROP;
	if (eth->h_proto != htons(ETH_P_IP))
		return XDP_PASS;
	if ((void *)(ip + 1) > end || ip->ihl < 5)
		return XDP_DROP;
	/* Later fragments have no ports: they could not follow the first one. */
	if (ip->frag_off & htons(IP_MF | IP_OFFSET))
		return XDP_DROP;
	transport = (void *)ip + ip->ihl * 4;
	flow.source = ip->saddr;
	flow.destination = ip->daddr;
	flow.protocol = ip->protocol;

	if (ip->protocol == IPPROTO_TCP) {
		struct tcphdr *tcp = transport;

		if ((void *)(tcp + 1) > end)
			return XDP_DROP;
		flow.source_port = tcp->source;
		flow.destination_port = tcp->dest;
		opens = tcp->flags & TCP_SYN;
		remember = !(tcp->flags & TCP_RST);
	} else if (ip->protocol == IPPROTO_UDP) {
		struct udphdr *udp = transport;

		if ((void *)(udp + 1) > end)
			return XDP_DROP;
		flow.source_port = udp->source;
		flow.destination_port = udp->dest;
		now = bpf_ktime_get_ns();
	} else if (ip->protocol == IPPROTO_ICMP) {
		struct icmphdr *icmp = transport;

		if ((void *)(icmp + 1) > end)
			return XDP_DROP;
		if (icmp->type == ICMP_ECHO) {
			ping = icmp;
			flow.source_port = 0;
			flow.destination_port = 0;
		} else if (icmp->type != ICMP_DEST_UNREACH) {
			return XDP_PASS;
		} else if (quoted_flow(icmp, end, &flow)) {
			return XDP_DROP;
		}
		remember = 0;
	} else {
		return XDP_PASS;
	}

	info = find_vip(&flow);
	if (!info)
		return XDP_PASS;
	if (ping) {
		count(&counters, PINGS);
		return answer_ping(eth, ip, ping);
	}

	/* A client may open a connection with the five-tuple of an old one: SYN starts anew. */
	if (info->flags & VIP_NO_TABLE)
		how = TABLE_UNUSED;
	else
		how = opens ? TCP_OPENED : recall(&flow, now, &real);
	count(&counters, how);
	if (how != FROM_TABLE) {
		slot = ring_slot(&flow, info);
		ring = bpf_map_lookup_elem(&rings, &slot);
		if (!ring)
			return XDP_DROP;
		real = *ring;
		if (remember && how != TABLE_UNUSED) {
			struct connection connection = { .last_ns = now, .real = real };

			bpf_map_update_elem(&connections, &flow, &connection, BPF_ANY);
		}
	}

	address = bpf_map_lookup_elem(&reals, &real);
	if (!address || !*address) {
		count(&counters, NO_REAL);
		return XDP_DROP;
	}
	bytes = end - (void *)ip;
	add_traffic(&vip_traffic, info->number, bytes);
	add_traffic(&real_traffic, real, bytes);
	return encapsulate(ctx, &flow, *address);
}

LICENSE("GPL"); /* bpf_ktime_get_ns is for GPL programs */
