/* SPDX-License-Identifier: Apache-2.0 */
/* Protocol headers in wire layout, and the few things that most programs do with them. */
#ifndef NET_H
#define NET_H

#include "xdp.h"

typedef __u16 __be16; /* big-endian, as on the wire */
typedef __u32 __be32;

#define htons(number) ((__be16)__builtin_bswap16(number))
#define ntohs(number) ((__u16)__builtin_bswap16(number))
#define htonl(number) ((__be32)__builtin_bswap32(number))
#define ntohl(number) ((__u32)__builtin_bswap32(number))

#define ETH_ALEN 6
#define ETH_P_IP 0x0800
#define ETH_P_ARP 0x0806
#define ETH_P_8021Q 0x8100
#define ETH_P_IPV6 0x86dd
#define ETH_P_8021AD 0x88a8

#define IPPROTO_HOPOPTS 0
#define IPPROTO_ICMP 1
#define IPPROTO_IPIP 4
#define IPPROTO_TCP 6
#define IPPROTO_UDP 17
#define IPPROTO_IPV6 41
#define IPPROTO_ROUTING 43
#define IPPROTO_FRAGMENT 44
#define IPPROTO_AH 51
#define IPPROTO_ICMPV6 58
#define IPPROTO_DSTOPTS 60

struct ethhdr {
	__u8 h_dest[ETH_ALEN];
	__u8 h_source[ETH_ALEN];
	__be16 h_proto;
};

struct vlan_hdr {
	__be16 tci;
	__be16 proto;
};

struct iphdr {
	__u8 ihl : 4, version : 4;
	__u8 tos;
	__be16 tot_len;
	__be16 id;
	__be16 frag_off;
	__u8 ttl;
	__u8 protocol;
	__u16 check;
	__be32 saddr;
	__be32 daddr;
};

#define IP_DF 0x4000
#define IP_MF 0x2000
#define IP_OFFSET 0x1fff

struct ipv6hdr {
	__u8 priority : 4, version : 4;
	__u8 flow_lbl[3];
	__be16 payload_len;
	__u8 nexthdr;
	__u8 hop_limit;
	__be32 saddr[4];
	__be32 daddr[4];
};

struct tcphdr {
	__be16 source;
	__be16 dest;
	__be32 seq;
	__be32 ack_seq;
	__u8 res : 4, doff : 4;
	__u8 flags;
	__be16 window;
	__u16 check;
	__be16 urg_ptr;
};

#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_ACK 0x10

struct udphdr {
	__be16 source;
	__be16 dest;
	__be16 len;
	__u16 check;
};

struct icmphdr {
	__u8 type;
	__u8 code;
	__u16 checksum;
	__be16 unused;
	__be16 mtu;
};

#define ICMP_ECHOREPLY 0
#define ICMP_DEST_UNREACH 3
#define ICMP_FRAG_NEEDED 4
#define ICMP_ECHO 8

static __always_inline int is_vlan(__be16 proto)
{
	return proto == htons(ETH_P_8021Q) || proto == htons(ETH_P_8021AD);
}

/*
 * Steps over up to two tags, which is what 802.1ad allows; next is the start of the network
 * header afterwards. Returns its type, or 0 when the packet ends within a tag.
 */
static __always_inline __be16 skip_vlans(void **next, void *end, __be16 proto)
{
#pragma unroll
	for (int i = 0; i < 2; i++) {
		struct vlan_hdr *vlan = *next;

		if (!is_vlan(proto))
			break;
		if ((void *)(vlan + 1) > end)
			return 0;
		proto = vlan->proto;
		*next = vlan + 1;
	}
	return proto;
}

/* Headers stand at even addresses, so a MAC address is three loads and stores, not six. */
typedef __u16 __attribute__((may_alias)) mac_word;

static __always_inline void copy_mac(void *to, const void *from)
{
	mac_word *out = to;
	const mac_word *in = from;
	mac_word a = in[0], b = in[1], c = in[2];

	out[0] = a;
	out[1] = b;
	out[2] = c;
}

static __always_inline void swap_macs(struct ethhdr *eth)
{
	mac_word mac[3];

	copy_mac(mac, eth->h_source);
	copy_mac(eth->h_source, eth->h_dest);
	copy_mac(eth->h_dest, mac);
}

/* Folds a sum of 16-bit words and complements it: the Internet checksum (RFC 1071). */
static __always_inline __u16 fold_checksum(__u64 sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

/* Checksum of an IPv4 header without options whose checksum field is 0. */
static __always_inline __u16 ipv4_checksum(const struct iphdr *ip)
{
	const __u16 *word = (const __u16 *)ip;
	__u32 sum = 0;

#pragma unroll
	for (int i = 0; i < (int)(sizeof(*ip) / 2); i++)
		sum += word[i];
	return fold_checksum(sum);
}

/* Adds one to a counter of a per-CPU array; no other CPU writes this one. */
static __always_inline void count(void *counters, __u32 index)
{
	__u64 *counter = bpf_map_lookup_elem(counters, &index);

	if (counter)
		*counter += 1;
}

#endif
