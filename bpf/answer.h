/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * ICMP answers to the sender, as IPVS has Linux send them: port unreachable where a service has no destination, time
 * exceeded where the TTL is used up. Their source is the VIP, their quote the IP header and eight bytes behind it (Linux
 * quotes more). Their rate is bounded for each CPU.
 */
#ifndef DROVER_ANSWER_H
#define DROVER_ANSWER_H

#include "flood.h"
#include "icmp.h"

enum {
	ANSWER_TTL = 64,
	ANSWER_TOS = 0xc0,	  /* Linux: internetwork control */
	MAX_QUOTE_BYTES = 128,
		IPV6_QUOTE_BYTES = 48, /* at least */
};

static __always_inline int may_answer(void)
{
	struct pace *pace = pace_now();
	__u32 now = tick_now();

	if (!pace)
		return 0;
	if (pace->answer_tick != now) {
		pace->answer_tick = now;
		pace->answers = 0;
	}
	return pace->answers++ < ANSWERS_A_TICK;
}

/* Sum of `bytes` (even, at most MAX_QUOTE_BYTES) as the Internet checksum adds them, not folded. */
static __always_inline __u32 sum_words(const void *data, const void *end, __u32 bytes)
{
	__u32 sum = 0;

	for (__u32 i = 0; i < MAX_QUOTE_BYTES / 2; i++) {
		const __u16 *word = (const __u16 *)data + i;

		if (i * 2 >= bytes || (void *)(word + 1) > end)
			break;
		sum += *word;
	}
	return sum;
}

static __always_inline __u16 fold(__u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

static __always_inline void swap_macs(struct ethhdr *ethernet)
{
	__u64 to = mac_word(ethernet->h_source), from = mac_word(ethernet->h_dest);

	*(__u32 *)ethernet->h_dest = (__u32)to;
	*(__u16 *)(ethernet->h_dest + 4) = (__u16)(to >> 32);
	*(__u32 *)ethernet->h_source = (__u32)from;
	*(__u16 *)(ethernet->h_source + 4) = (__u16)(from >> 32);
}

/* Only a unicast sender is answered. */
static __always_inline int is_unicast(__u32 address_be)
{
	__u8 first = (__u8)address_be;

	return first != 0 && first != 127 && first < 224;
}

__noinline int answer_ipv4(context *ctx, __u32 type, __u32 code)
{
	struct packet packet = {.ethernet = (void *)(long)ctx->data, .end = (void *)(long)ctx->data_end};
	__u32 room = sizeof(struct iphdr) + ICMP_HEADER_BYTES, header, left, before, source, destination, sum = 0, summed;
	struct icmp_header *icmp;
	void *network;
	struct iphdr *ip;
	__u8 protocol;

	if (parse_ethernet(&packet, &network) != bpf_htons(ETH_P_IP))
		return 0;
	ip = network;
	before = network - (void *)packet.ethernet;
	if ((void *)(ip + 1) > packet.end || before != sizeof(struct ethhdr)) /* tagged: dropped without a word */
		return 0;
	header = ip->ihl * 4;
	protocol = ip->protocol;
	source = ip->daddr;
	destination = ip->saddr;
	if (!is_unicast(destination) || context_length(ctx) < before + header + 8)
		return 0;
	left = context_cut(ctx, before + header, protocol);
	if (!left || context_make_room(ctx, room))
		return 0;
	summed = ICMP_HEADER_BYTES + header + left;
	if (left & CONTEXT_OPEN_SUM) {
		sum = context_open_sum(ctx, before + room + header, protocol);
		summed = ICMP_HEADER_BYTES + header;
		left &= ~CONTEXT_OPEN_SUM;
	}
	packet.ethernet = (void *)(long)ctx->data;
	packet.end = (void *)(long)ctx->data_end;
	ip = (void *)(packet.ethernet + 1);
	icmp = (void *)(ip + 1);
	if ((void *)(icmp + 1) > packet.end)
		return 0;
	swap_macs(packet.ethernet);
	__builtin_memset(ip, 0, sizeof(*ip));
	ip->version = 4;
	ip->ihl = 5;
	ip->tos = ANSWER_TOS;
	ip->tot_len = bpf_htons(room + header + left);
	ip->ttl = ANSWER_TTL;
	ip->protocol = IPPROTO_ICMP;
	ip->saddr = source;
	ip->daddr = destination;
	ip->check = fold(sum_words(ip, packet.end, sizeof(*ip)));
	__builtin_memset(icmp, 0, sizeof(*icmp));
	icmp->type = type;
	icmp->code = code;
	icmp->checksum = fold(sum + sum_words(icmp, packet.end, summed));
	return 1;
}

__noinline int answer_ipv6(context *ctx, __u32 type, __u32 code)
{
	struct packet packet = {.ethernet = (void *)(long)ctx->data, .end = (void *)(long)ctx->data_end};
	__u32 room = sizeof(struct ipv6hdr) + ICMP_HEADER_BYTES, payload, left, before, sum = 0, summed;
	struct in6_addr source, destination;
	struct icmp_header *icmp;
	struct ipv6hdr *ip;
	void *network;
	__u8 protocol;

	if (parse_ethernet(&packet, &network) != bpf_htons(ETH_P_IPV6))
		return 0;
	ip = network;
	before = network - (void *)packet.ethernet;
	if ((void *)(ip + 1) > packet.end || before != sizeof(struct ethhdr))
		return 0;
	source = ip->daddr;
	destination = ip->saddr;
	protocol = ip->nexthdr;
	if (destination.s6_addr[0] == 0xff || context_length(ctx) < before + IPV6_QUOTE_BYTES)
		return 0;
	left = context_cut(ctx, before + sizeof(*ip), protocol);
	if (!left || context_make_room(ctx, room))
		return 0;
	payload = summed = ICMP_HEADER_BYTES + sizeof(*ip) + (left & ~CONTEXT_OPEN_SUM);
	if (left & CONTEXT_OPEN_SUM) {
		sum = context_open_sum(ctx, before + room + sizeof(*ip), protocol);
		summed = ICMP_HEADER_BYTES + sizeof(*ip);
	}
	packet.ethernet = (void *)(long)ctx->data;
	packet.end = (void *)(long)ctx->data_end;
	ip = (void *)(packet.ethernet + 1);
	icmp = (void *)(ip + 1);
	if ((void *)(icmp + 1) > packet.end)
		return 0;
	swap_macs(packet.ethernet);
	__builtin_memset(ip, 0, sizeof(*ip));
	ip->version = 6;
	ip->payload_len = bpf_htons(payload);
	ip->nexthdr = IPPROTO_ICMPV6;
	ip->hop_limit = ANSWER_TTL;
	ip->saddr = source;
	ip->daddr = destination;
	__builtin_memset(icmp, 0, sizeof(*icmp));
	icmp->type = type;
	icmp->code = code;
	/* The pseudo-header: both addresses, the length, the protocol. */
	sum += sum_words(icmp, packet.end, summed) + sum_words(&ip->saddr, packet.end, 32) + bpf_htons(payload) + bpf_htons(IPPROTO_ICMPV6);
	icmp->checksum = fold(sum);
	return 1;
}

/* Turns the packet into its answer. False: it cannot be answered, or too many were just now. */
static __always_inline int answer(context *ctx, enum drover_verdict verdict, __u8 version)
{
	int expired = verdict == VERDICT_ttl_expired;

	if (!may_answer())
		return 0;
	if (version == 4)
		return answer_ipv4(ctx, expired ? ICMP_TIME_EXCEEDED : ICMP_DEST_UNREACH, expired ? 0 : ICMP_PORT_UNREACH);
	return answer_ipv6(ctx, expired ? ICMPV6_TIME_EXCEED : ICMPV6_DEST_UNREACH, expired ? 0 : ICMPV6_PORT_UNREACH);
}

#endif
