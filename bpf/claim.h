/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * A dead director surrenders. The VRRP thread leaves the time of each advert as a heartbeat; when it is older than the
 * master-down interval and another router then claims the addresses - by an advert, by ARP or by neighbour discovery -
 * the gate is shut, the host answers for the addresses no more, and what is sent to them is dropped. Without a claim it
 * goes on forwarding. The common path pays nothing: all it reads is the gate.
 *
 * An instance may also hold its addresses without accepting packets to them (no_accept): those of its services go their
 * way, what is left is dropped.
 */
#ifndef DROVER_CLAIM_H
#define DROVER_CLAIM_H

#include "parse.h"

enum {
	ARP_REQUEST = 1,
	ND_SOLICITATION = 135,
	ND_ADVERTISEMENT = 136,
	VRRP_PROTOCOL = 112,
	AH_PROTOCOL = 51,
	AH_BYTES = 24, /* as keepalived's: 96 bits of integrity check */
};

struct arp {
	__u16 hardware, protocol;
	__u8 hardware_length, protocol_length;
	__u16 operation;
	__u8 sender_mac[6], sender[4], target_mac[6], target[4];
} __attribute__((packed));

static __always_inline __u32 arp_word(const __u8 *address)
{
	__u32 word;

	__builtin_memcpy(&word, address, sizeof(word));
	return word;
}

/* What becomes of a frame that goes to the host. */
enum {
	HOST_TAKES,
	HOST_HAS_SURRENDERED,
	HOST_IS_CLOSED,
};

/* Role number of an address and WATCHED_CLOSED, 0: of no instance. */
static __always_inline __u32 watched_value(__u64 high, __u64 low)
{
	struct watched_key key = {.address = {high, low}};
	__u32 *value = bpf_map_lookup_elem(&watched, &key);

	return value ? *value : 0;
}

static __always_inline __u32 watched_address(__u64 high, __u64 low)
{
	return watched_value(high, low) & (MAX_ROLES - 1);
}

static __always_inline int is_surrendered(__u32 role)
{
	return role && *(const volatile __u32 *)&rivals_row(role)->surrendered;
}

static __always_inline int sent_to(__u64 high, __u64 low)
{
	__u32 value = watched_value(high, low), role = value & (MAX_ROLES - 1);

	if (is_surrendered(role))
		return HOST_HAS_SURRENDERED;
	/* What a backup gets for the address it routes to the master. */
	return (value & WATCHED_CLOSED) && roles_row(role)->gate ? HOST_IS_CLOSED : HOST_TAKES;
}

/* Somebody claims the addresses of this role. Are we still there? */
static __always_inline void claimed(__u32 number, __u64 now)
{
	struct rival *rival = rivals_row(number);
	struct role *role = roles_row(number);

	if (!role->gate || !rival->down_us || READ(role->last_advert_us) + rival->down_us >= now)
		return;
	*(volatile __u32 *)&rival->surrendered = 1;
	*(volatile __u32 *)&role->gate = 0;
	*(volatile __u32 *)&settings_now()->surrenders = 1;
}

static __always_inline void answered(__u32 number, const struct packet *packet, __u64 high, __u64 low, __u64 now)
{
	struct rival *rival = rivals_row(number);

	rival->mac = mac_word(packet->ethernet->h_source);
	rival->address[0] = high;
	rival->address[1] = low;
	*(volatile __u64 *)&rival->answered_us = now;
	claimed(number, now);
}

static __always_inline int see_arp(const struct packet *packet, __u64 now)
{
	const struct arp *arp = packet->network;
	__u64 sender, target;
	__u32 role;

	if ((void *)(arp + 1) > packet->end || arp->protocol != bpf_htons(ETH_P_IP))
		return 0;
	sender = mapped_word(arp_word(arp->sender));
	target = mapped_word(arp_word(arp->target));
	role = watched_address(0, sender);
	if (role)
		answered(role, packet, 0, sender, now);
	/* After it: the very claim that made us surrender may ask for the address, as gratuitous ARP does. */
	return arp->operation == bpf_htons(ARP_REQUEST) && is_surrendered(watched_address(0, target));
}

/* An advert of virtual router `message[1]` with priority `message[2]`. */
static __always_inline void see_advert(const struct packet *packet, const __u8 *message, __u32 version, __u64 now)
{
	struct watched_key key = {.ifindex = packet->port->ifindex};
	__u32 *role;

	if (message + 4 > (__u8 *)packet->end || !message[2])
		return;
	key.vrid_protocol = message[1] | version << 8;
	role = bpf_map_lookup_elem(&watched, &key);
	if (role)
		claimed(*role & (MAX_ROLES - 1), now);
}

static __always_inline int see_ipv4(const struct packet *packet, __u64 now)
{
	const struct iphdr *ip = packet->network;
	const __u8 *message = (const __u8 *)(ip + 1);

	if ((void *)(ip + 1) > packet->end)
		return 0;
	if (ip->ihl == 5 && ip->protocol == VRRP_PROTOCOL)
		see_advert(packet, message, 4, now);
	if (ip->ihl == 5 && ip->protocol == AH_PROTOCOL && message + 1 <= (__u8 *)packet->end && *message == VRRP_PROTOCOL)
		see_advert(packet, message + AH_BYTES, 4, now);
	return sent_to(0, mapped_word(ip->daddr));
}

static __always_inline int see_ipv6(const struct packet *packet, __u64 now)
{
	const struct ipv6hdr *ip = packet->network;
	const __u8 *message = (const __u8 *)(ip + 1);
	const __u64 *destination = (const void *)&ip->daddr, *target = (const void *)(message + 8);
	__u32 role;

	if ((void *)(ip + 1) > packet->end)
		return 0;
	if (ip->nexthdr == VRRP_PROTOCOL)
		see_advert(packet, message, 6, now);
	if (ip->nexthdr == IPPROTO_ICMPV6 && (void *)(target + 2) <= packet->end &&
	    (message[0] == ND_SOLICITATION || message[0] == ND_ADVERTISEMENT)) {
		role = watched_address(target[0], target[1]);
		if (role && message[0] == ND_ADVERTISEMENT)
			answered(role, packet, target[0], target[1], now);
		return message[0] == ND_SOLICITATION && is_surrendered(role);
	}
	return sent_to(destination[0], destination[1]);
}

/* A frame that would go to the host: HOST_*. ARP and neighbour discovery are closed to nobody. */
__noinline int see_claim(context *ctx)
{
	struct packet packet = {.ethernet = (void *)(long)ctx->data, .end = (void *)(long)ctx->data_end};
	__u16 type = parse_ethernet(&packet, &packet.network);
	__u64 now;

	if (!type)
		return 0;
	packet.port = port_of(context_interface(ctx));
	/* Our own, sent back by a loop in the network, claim nothing. */
	if (!packet.port || mac_word(packet.ethernet->h_source) == packet.port->mac)
		return 0;
	now = bpf_ktime_get_boot_ns() / 1000;
	if (type == bpf_htons(ETH_P_ARP))
		return see_arp(&packet, now);
	if (type == bpf_htons(ETH_P_IP))
		return see_ipv4(&packet, now);
	return type == bpf_htons(ETH_P_IPV6) ? see_ipv6(&packet, now) : HOST_TAKES;
}

#endif
