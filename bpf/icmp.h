/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * ICMP errors for a VIP: a router quotes a packet that a real server has sent to a client with the VIP as its source.
 * The error belongs to that server, above all "too big", without which large downloads hang. The quote is the reverse of
 * the flow's key.
 */
#ifndef DROVER_ICMP_H
#define DROVER_ICMP_H

#include "connection.h"

/* RFC 792 and RFC 4443. linux/icmp.h needs the C library's headers, which BPF has not. */
enum icmp_type {
	ICMP_DEST_UNREACH = 3,
	ICMP_SOURCE_QUENCH = 4,
	ICMP_TIME_EXCEEDED = 11,
	ICMPV6_DEST_UNREACH = 1,
	ICMPV6_PKT_TOOBIG = 2,
	ICMPV6_TIME_EXCEED = 3,
};

enum icmp_code {
	ICMP_PORT_UNREACH = 3,
	ICMPV6_PORT_UNREACH = 4,
};

struct icmp_header {
	__u8 type;
	__u8 code;
	__u16 checksum;
	__u32 rest;
};

/* Both ICMP headers are 8 bytes here, and what they quote begins right behind. */
enum { ICMP_HEADER_BYTES = 8 };

static __always_inline int is_error(__u8 version, __u8 type)
{
	if (version == 4)
		return type == ICMP_DEST_UNREACH || type == ICMP_SOURCE_QUENCH || type == ICMP_TIME_EXCEEDED;
	return type == ICMPV6_DEST_UNREACH || type == ICMPV6_PKT_TOOBIG || type == ICMPV6_TIME_EXCEED;
}

static __always_inline int read_ports(const __u8 *transport, const void *end, struct flow *flow)
{
	if ((void *)(transport + 4) > end)
		return 0;
	flow->virtual_port = *(__u16 *)transport;
	flow->client_port = *(__u16 *)(transport + 2);
	return 1;
}

static __always_inline int read_ipv4_quote(void *quote, const void *end, struct flow *flow)
{
	struct iphdr *ip = quote;

	if ((void *)(ip + 1) > end || ip->version != 4 || ip->ihl < 5 || ip->frag_off & bpf_htons(0x1fff))
		return 0;
	flow->protocol = ip->protocol;
	flow->client[0] = flow->vip[0] = 0;
	flow->client[1] = mapped_word(ip->daddr);
	flow->vip[1] = mapped_word(ip->saddr);
	return read_ports(quote + ip->ihl * 4, end, flow);
}

/* Extension headers inside a quote are not walked: a real server's TCP, UDP or SCTP has none. */
static __always_inline int read_ipv6_quote(void *quote, const void *end, struct flow *flow)
{
	struct ipv6hdr *ip = quote;

	if ((void *)(ip + 1) > end || ip->version != 6)
		return 0;
	flow->protocol = ip->nexthdr;
	flow->client[0] = *(__u64 *)&ip->daddr.s6_addr32[0];
	flow->client[1] = *(__u64 *)&ip->daddr.s6_addr32[2];
	flow->vip[0] = *(__u64 *)&ip->saddr.s6_addr32[0];
	flow->vip[1] = *(__u64 *)&ip->saddr.s6_addr32[2];
	return read_ports((__u8 *)(ip + 1), end, flow);
}

/* 0: there is none, or none any more. */
static __always_inline __u64 known_meta(const struct flow *flow, const struct service *service, int words)
{
	struct slot_key key = make_key(flow->client, flow->client_port, flow->virtual_port, flow->service, words);
	struct settings *all = settings_now();
	struct entry found;

	if (find(&key, words, &found) != FIND_HIT)
		return 0;
	return meta_age(found.meta, tick_now()) > timeout_of(service, all, found.meta) ? 0 : found.meta;
}

/* The server record of the flow in hand, which is not kept alive by this; NO_SERVER: it has no entry. */
__noinline __u32 known_record(void)
{
	struct flow *flow = flow_now();
	struct service *service;
	__u64 meta;
	__u32 id;

	if (!flow)
		return NO_SERVER;
	id = flow->service;
	service = service_at(id);
	meta = service->flags & SERVICE_WIDE ? known_meta(flow, service, WIDE_KEY_WORDS) :
					       known_meta(flow, service, NARROW_KEY_WORDS);
	return meta ? service->server_base + meta_server(meta) : NO_SERVER;
}

/*
 * Neither TCP, UDP nor SCTP. VERDICT_COUNT with flow->record: an error about one of our connections, whose flow takes
 * the packet's own place in hand.
 */
static __always_inline enum drover_verdict icmp_error(const struct packet *packet, struct flow *flow)
{
	__u8 *icmp = packet->transport;
	int service;

	if (!is_vip(flow->vip))
		return VERDICT_no_vip;
	if (flow->protocol != (flow->version == 4 ? IPPROTO_ICMP : IPPROTO_ICMPV6) || flow->fragment ||
	    (void *)(icmp + ICMP_HEADER_BYTES) > packet->end || !is_error(flow->version, icmp[0]))
		return VERDICT_not_balanced;
	if (!(flow->version == 4 ? read_ipv4_quote(icmp + ICMP_HEADER_BYTES, packet->end, flow) :
				     read_ipv6_quote(icmp + ICMP_HEADER_BYTES, packet->end, flow)))
		return VERDICT_unrelated;
	service = find_service(flow->vip, flow->virtual_port, flow->protocol);
	if (service <= 0)
		return VERDICT_unrelated;
	flow->service = service;
	flow->record = known_record();
	flow->sent = VERDICT_related;
	return flow->record == NO_SERVER ? VERDICT_unrelated : VERDICT_COUNT;
}

#endif
