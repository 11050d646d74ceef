/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * The way of nearly every packet: IPv4 without options or fragments, TCP or UDP, for a service with narrow keys. What the
 * packet says stays in registers while its connection is known and it changes nothing; only when a function must help it
 * is written down as the flow in hand.
 */
#ifndef DROVER_QUICK_H
#define DROVER_QUICK_H

#include "connection.h"

/* True: a frame for this host that the quick path understands, all of its headers readable. *event: TCP's flags. */
static __always_inline int is_plain(const context *ctx, const struct packet *packet, __u8 *event)
{
	const struct iphdr *ip = packet->network;
	const __u8 *transport = packet->transport, *type = (const void *)&packet->ethernet->h_proto;
	__u32 bytes;

	if (transport + 8 > (__u8 *)packet->end || *(const __u16 *)type != bpf_htons(ETH_P_IP) ||
	    *(__u8 *)ip != 0x45 || ip->frag_off & bpf_htons(0x3fff))
		return 0;
	if (!is_to_us(packet->port, packet->ethernet->h_dest) || packet->port->ifindex != context_interface(ctx))
		return 0;
	bytes = bpf_ntohs(ip->tot_len);
	if (bytes + sizeof(struct ethhdr) > context_length(ctx))
		return 0;
	*event = 0;
	if (ip->protocol != IPPROTO_TCP)
		return ip->protocol == IPPROTO_UDP && bytes >= sizeof(*ip) + 8;
	if (bytes < sizeof(*ip) + 20 || transport + 20 > (__u8 *)packet->end)
		return 0;
	*event = transport[TCP_FLAGS_AT];
	return 1;
}

/* vip_in_bucket() of an IPv4 address and port. */
static __always_inline int quick_vip(__u64 address, __u32 port_protocol)
{
	struct vip_key key = {.address = {0, address}, .port_protocol = port_protocol};

	return vip_in_bucket(&key);
}

/* Writes a plain packet down as the flow in hand. */
static __always_inline struct flow *take_in_hand(context *ctx, __u32 id, __u32 now)
{
	void *end = (void *)(long)ctx->data_end;
	struct iphdr *ip = (void *)(long)ctx->data + sizeof(struct ethhdr);
	__u8 *transport = (void *)(ip + 1);
	struct flow *flow = flow_now();

	if (!flow || transport + 8 > (__u8 *)end)
		return 0;
	note_ipv4(flow, ip);
	flow->service = id;
	flow->now = now;
	flow->client_port = *(__u16 *)transport;
	flow->virtual_port = *(__u16 *)(transport + 2);
	flow->event = 0;
	if (ip->protocol == IPPROTO_TCP && transport + 20 <= (__u8 *)end)
		flow->event = transport[TCP_FLAGS_AT];
	return flow;
}

#endif
