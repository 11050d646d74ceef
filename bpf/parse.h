/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * From frame to struct packet. Bounds are checked once for each header; nothing behind this file looks at raw bytes, but
 * for ICMP's quotes. VLAN tags are stepped over and stay in the frame.
 */
#ifndef DROVER_PARSE_H
#define DROVER_PARSE_H

#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>

#include <bpf/bpf_endian.h>

#include "context.h"
#include "sctp.h"

#ifndef IPPROTO_SCTP
#define IPPROTO_SCTP 132
#endif

enum {
	TCP_FIN = 0x01,
	TCP_SYN = 0x02,
	TCP_RST = 0x04,
	TCP_ACK = 0x10,
};

enum fragment_kind { FRAGMENT_NONE, FRAGMENT_FIRST, FRAGMENT_LATER };

enum {
	MAX_VLAN_TAGS = 2,
	MAX_EXTENSION_HEADERS = 6, /* of IPv6 that are stepped over */
	MAX_HEADER_BYTES = 256,	   /* Ethernet to transport; what tc makes readable */
};

struct packet {
	struct ethhdr *ethernet;
	void *network;	 /* IPv4 or IPv6 header */
	void *transport; /* header of the flow's protocol */
	void *end;
	struct port *port; /* the interface it came in by */
};

/*
 * The flow of the packet in hand, and what the packet does to it. It lies in a map, not on the stack, which has room for
 * 512 bytes over all functions; a packet path is never interrupted by another one of its CPU. The common path (quick.h)
 * writes it only when a function must help.
 */
struct flow {
	__u64 client[2];    /* source address */
	__u64 vip[2];	    /* destination address */
	__u16 client_port;  /* be */
	__u16 virtual_port; /* be */
	__u32 service;	    /* id */
	__u32 now;	    /* tick */
	__u8 protocol;
	__u8 event; /* TCP: flags; SCTP: sctp_event(); else 0 */
	__u8 state; /* of a first entry */
	__u8 sent;  /* where the server was found by a function: the verdict with which the packet leaves ... */
	__u32 record; /* ... and the server record */
	__u32 bytes;  /* IP length */
	__u32 fragment_id; /* be, of a fragment */
	__u8 version;	   /* 4 or 6 */
	__u8 fragment;	   /* enum fragment_kind */
	__u8 zero[6];
};

DROVER_PERCPU(flow_in_hand, struct flow, 1);

static __always_inline struct flow *flow_now(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&flow_in_hand, &zero);
}

/* An Ethernet address as the low 48 bits of a word, as it lies in the frame. */
static __always_inline __u64 mac_word(const __u8 *mac)
{
	return (__u64)*(const __u32 *)mac | (__u64) * (const __u16 *)(mac + 4) << 32;
}

/* ::ffff:a.b.c.d, little endian. */
static __always_inline __u64 mapped_word(__u32 address_be)
{
	return 0xffff0000ull | (__u64)address_be << 32;
}

static __always_inline struct port *port_of(__u32 ifindex)
{
#pragma unroll
	for (__u32 probe = 0; probe < PORT_PROBES; probe++) {
		struct port *port = port_at(ifindex + probe);

		if (port->ifindex == ifindex)
			return port;
	}
	return 0;
}

static __always_inline int is_vlan(__u16 type)
{
	return type == bpf_htons(ETH_P_8021Q) || type == bpf_htons(ETH_P_8021AD);
}

/* Ethernet type behind the tags; *network is where its header begins. 0: cut short. */
static __always_inline __u16 parse_ethernet(const struct packet *packet, void **network)
{
	struct ethhdr *ethernet = packet->ethernet;
	__u8 *next = (__u8 *)(ethernet + 1);
	__u32 tags = 0;
	__u16 type;

	if ((void *)next > packet->end)
		return 0;
	type = ethernet->h_proto;
#pragma unroll
	for (; tags < MAX_VLAN_TAGS; tags++) {
		if (!is_vlan(type))
			break;
		if ((void *)(next + 4) > packet->end)
			return 0;
		type = *(__u16 *)(next + 2);
		next += 4;
	}
	*network = (void *)(ethernet + 1) + ((tags + always_zero) & 3) * 4;
	return type;
}

/* What a header that is known to be whole says of its flow. */
static __always_inline void note_ipv4(struct flow *flow, const struct iphdr *ip)
{
	flow->version = 4;
	flow->fragment = FRAGMENT_NONE;
	flow->protocol = ip->protocol;
	flow->bytes = bpf_ntohs(ip->tot_len);
	flow->client[0] = flow->vip[0] = 0;
	flow->client[1] = mapped_word(ip->saddr);
	flow->vip[1] = mapped_word(ip->daddr);
}

static __always_inline enum drover_verdict parse_ipv4(struct packet *packet, struct flow *flow)
{
	struct iphdr *ip = packet->network;
	__u16 offset;

	if ((void *)(ip + 1) > packet->end || ip->version != 4 || ip->ihl < 5)
		return VERDICT_malformed;
	offset = ip->frag_off & bpf_htons(0x3fff); /* more fragments, or not the first */
	packet->transport = (void *)ip + ip->ihl * 4;
	note_ipv4(flow, ip);
	if (offset) {
		flow->fragment = offset & bpf_htons(0x1fff) ? FRAGMENT_LATER : FRAGMENT_FIRST;
		flow->fragment_id = ip->id;
	}
	return VERDICT_COUNT;
}

static __always_inline int is_extension(__u8 header)
{
	return header == IPPROTO_HOPOPTS || header == IPPROTO_ROUTING || header == IPPROTO_DSTOPTS ||
	       header == IPPROTO_FRAGMENT || header == IPPROTO_AH || header == IPPROTO_MH;
}

struct extension {
	__u8 next;
	__u8 length; /* in eights behind the first eight bytes; AH: in fours, behind two of them */
	__u16 offset; /* fragment header: offset and more-fragments bit, be */
	__u32 id;     /* fragment header */
};

/* Where the walk has ended. */
struct ipv6_walk {
	__u32 offset; /* of the transport header, from the IPv6 header */
	__u32 protocol;
	__u32 fragment; /* enum fragment_kind */
	__u32 id;	/* of the fragment, be */
};

/* Steps over extension headers; by itself, because few packets have any. 0: cut short, or too much of them. */
__noinline int walk_ipv6(context *ctx, struct ipv6_walk *walk)
{
	struct packet packet = {.ethernet = (void *)(long)ctx->data, .end = (void *)(long)ctx->data_end};
	void *network;
	struct ipv6hdr *ip;
	__u32 offset = sizeof(struct ipv6hdr);
	__u8 protocol;

	if (!walk)
		return 0;
	if (parse_ethernet(&packet, &network) != bpf_htons(ETH_P_IPV6))
		return 0;
	ip = network;
	if ((void *)(ip + 1) > packet.end)
		return 0;
	protocol = ip->nexthdr;
	walk->fragment = FRAGMENT_NONE;
	walk->id = 0;
	for (int i = 0; i < MAX_EXTENSION_HEADERS && is_extension(protocol); i++) {
		struct extension *extension = network + (offset & 0x7ff);

		if ((void *)(extension + 1) > packet.end || offset > MAX_HEADER_BYTES)
			return 0;
		if (protocol == IPPROTO_FRAGMENT) {
			walk->id = extension->id;
			walk->fragment = extension->offset & bpf_htons(0xfff8) ? FRAGMENT_LATER :
					 extension->offset & bpf_htons(1)      ? FRAGMENT_FIRST :
										 FRAGMENT_NONE;
			offset += 8;
		} else if (protocol == IPPROTO_AH) {
			offset += (extension->length + 2) * 4;
		} else {
			offset += (extension->length + 1) * 8;
		}
		protocol = extension->next;
		if (walk->fragment == FRAGMENT_LATER)
			break;
	}
	walk->offset = offset;
	walk->protocol = protocol;
	return walk->fragment == FRAGMENT_LATER || (!is_extension(protocol) && offset <= MAX_HEADER_BYTES);
}

static __always_inline enum drover_verdict parse_ipv6(context *ctx, struct packet *packet, struct flow *flow)
{
	struct ipv6hdr *ip = packet->network;
	struct ipv6_walk walk;

	if ((void *)(ip + 1) > packet->end || ip->version != 6)
		return VERDICT_malformed;
	flow->version = 6;
	flow->protocol = ip->nexthdr;
	packet->transport = ip + 1;
	flow->bytes = bpf_ntohs(ip->payload_len) + sizeof(*ip);
	flow->client[0] = *(__u64 *)&ip->saddr.s6_addr32[0];
	flow->client[1] = *(__u64 *)&ip->saddr.s6_addr32[2];
	flow->vip[0] = *(__u64 *)&ip->daddr.s6_addr32[0];
	flow->vip[1] = *(__u64 *)&ip->daddr.s6_addr32[2];
	flow->fragment = FRAGMENT_NONE;
	if (!is_extension(flow->protocol))
		return VERDICT_COUNT;
	if (!walk_ipv6(ctx, &walk))
		return VERDICT_malformed;
	flow->protocol = walk.protocol;
	flow->fragment = walk.fragment;
	flow->fragment_id = walk.id;
	packet->transport = (void *)ip + (walk.offset & 0x7ff);
	return VERDICT_COUNT;
}

/*
 * A virtual MAC address is 00:00:5e:00:01:VRID, for IPv6 00:00:5e:00:02:VRID (RFC 5798 7.3). Two VRIDs with one bit of the
 * filter may be taken for each other: a frame for the other one's VIP meets no service here.
 */
static __always_inline int is_virtual_router(const struct port *port, __u64 mac)
{
	__u64 const prefix = mac & 0xffffffffffULL;

	return port->virtual_filter && (prefix == 0x01005e0000ULL || prefix == 0x02005e0000ULL) &&
	       port->virtual_filter >> (mac >> 40 & 31) & 1;
}

static __always_inline int is_to_us(const struct port *port, const unsigned char *destination)
{
	__u64 const mac = mac_word(destination);

	return mac == port->mac || is_virtual_router(port, mac);
}

/* The Ethernet header. VERDICT_COUNT: go on with parse_ipv4() or parse_ipv6(), as *type says. */
static __always_inline enum drover_verdict parse_frame(context *ctx, struct packet *packet, __u16 *type)
{
	packet->end = (void *)(long)ctx->data_end;
	packet->ethernet = (void *)(long)ctx->data;
	*type = parse_ethernet(packet, &packet->network);
	if (*type != bpf_htons(ETH_P_IP) && *type != bpf_htons(ETH_P_IPV6))
		return VERDICT_not_ip;
	packet->port = port_of(context_interface(ctx));
	if (!packet->port || !is_to_us(packet->port, packet->ethernet->h_dest))
		return VERDICT_other_mac;
	return VERDICT_COUNT;
}

/* Both at once, for those who are called with nothing but the context. */
static __always_inline enum drover_verdict parse_ip(context *ctx, struct packet *packet, struct flow *flow)
{
	enum drover_verdict verdict;
	__u16 type;

	verdict = parse_frame(ctx, packet, &type);
	if (verdict != VERDICT_COUNT)
		return verdict;
	return type == bpf_htons(ETH_P_IP) ? parse_ipv4(packet, flow) : parse_ipv6(ctx, packet, flow);
}

static __always_inline int is_balanced(__u8 protocol)
{
	return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP || protocol == IPPROTO_SCTP;
}

enum { TCP_FLAGS_AT = 13 };

/* Ports and event. VERDICT_truncated unless the header lies inside both the packet and what arrived of it. */
static __always_inline enum drover_verdict parse_transport(context *ctx, const struct packet *packet, struct flow *flow)
{
	__u8 *header = packet->transport;
	__u32 before = packet->transport - packet->network;
	__u32 length = flow->protocol == IPPROTO_TCP ? 20 : flow->protocol == IPPROTO_UDP ? 8 :
							    SCTP_HEADER_BYTES + SCTP_CHUNK_BYTES;

	if (flow->bytes < before + length)
		return VERDICT_truncated;
	if ((__u32)(packet->network - (void *)packet->ethernet) + flow->bytes > context_length(ctx))
		return VERDICT_truncated;
	if (header + 8 > (__u8 *)packet->end)
		return VERDICT_truncated;
	flow->client_port = *(__u16 *)header;
	flow->virtual_port = *(__u16 *)(header + 2);
	flow->event = 0;
	if (flow->protocol == IPPROTO_TCP) {
		if (header + 20 > (__u8 *)packet->end)
			return VERDICT_truncated;
		flow->event = header[TCP_FLAGS_AT];
	} else if (flow->protocol == IPPROTO_SCTP) {
		flow->event = sctp_event(header, packet->end);
	}
	return VERDICT_COUNT;
}

#endif
