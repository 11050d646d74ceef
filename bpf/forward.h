/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/* Direct routing: the packet stays as it is but for its MAC addresses and one hop of TTL, as in IPVS. */
#ifndef DROVER_FORWARD_H
#define DROVER_FORWARD_H

#include "connection.h"

/* RFC 1624: the TTL is the high byte of its word. */
static __always_inline void decrement_ttl(struct iphdr *ip)
{
	__u32 check = ip->check + (__u32)bpf_htons(0x0100);

	ip->check = (__u16)(check + (check >= 0xffff));
	ip->ttl--;
}

static __always_inline __u8 hops_left(const struct packet *packet, __u8 version)
{
	return version == 4 ? ((struct iphdr *)packet->network)->ttl : ((struct ipv6hdr *)packet->network)->hop_limit;
}

static __always_inline void use_a_hop(context *ctx, const struct packet *packet, __u8 version)
{
	if (version == 4) {
		decrement_ttl(packet->network);
	} else {
		((struct ipv6hdr *)packet->network)->hop_limit--;
		context_sum_less(ctx, bpf_htons(1)); /* no header checksum makes up for it */
	}
}

/* By a pointer of its own: a member of the packed struct ethhdr would be written byte by byte. */
static __always_inline void write_mac(__u8 *at, __u64 mac)
{
	*(__u32 *)at = (__u32)mac;
	*(__u16 *)(at + 4) = (__u16)(mac >> 32);
}

static __always_inline void write_macs(struct ethhdr *ethernet, __u64 destination, __u64 source)
{
	write_mac(ethernet->h_dest, destination);
	write_mac(ethernet->h_source, source);
}

static __always_inline void count_traffic(__u32 bytes, __u32 id, const struct target *target)
{
	count_packet(bpf_map_lookup_elem(&service_traffic, &id), bytes);
	count_packet(bpf_map_lookup_elem(&server_traffic, &target->record), bytes);
}

/*
 * target->sent with *action: how it leaves. Never back to where it came from: a real server that sends on a packet for its
 * own service is a director, too, and has chosen this host.
 */
static __always_inline enum drover_verdict forward(context *ctx, const struct packet *packet, __u8 version,
						   __u32 bytes, __u32 id, const struct target *target, int *action)
{
	struct port *out;
	__u64 next_hop;
	__u32 slot;

	if (target->server->flags & SERVER_LOCAL) {
		count_traffic(bytes, id, target);
		return VERDICT_real_here;
	}
	next_hop = *(const volatile __u64 *)&target->server->next_hop;
	slot = next_hop >> 48;
	if (!next_hop)
		return VERDICT_no_next_hop;
	out = port_at(slot);
	if (target->server->flags & SERVER_ON_LINK && mac_word(packet->ethernet->h_source) == next_hop_mac(next_hop))
		return VERDICT_from_peer; /* of which no advert was heard */
	if (hops_left(packet, version) <= 1)
		return VERDICT_ttl_expired;
	*action = context_send(ctx, slot, out);
	if (*action == CONTEXT_DROP)
		return VERDICT_no_next_hop; /* the interface has just gone */
	use_a_hop(ctx, packet, version);
	write_macs(packet->ethernet, next_hop, out->mac);
	count_traffic(bytes, id, target);
	return target->sent;
}

#endif
