/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * The gate: a director schedules a VIP's packets only while it is VRRP MASTER for it, and never those that another
 * director has sent on to it. So no packet can go round between directors, whatever their tables hold.
 */
#ifndef DROVER_GATE_H
#define DROVER_GATE_H

#include "parse.h"

static __always_inline int is_from_peer(const struct packet *packet)
{
	const __u8 *source = packet->ethernet->h_source;
	struct settings *all = settings_now();
	__u64 mac;

	if (!(packet->port->peer_filter >> (source[5] & 63) & 1))
		return 0;
	mac = mac_word(source);
#pragma unroll
	for (int i = 0; i < MAX_PEERS; i++)
		if (all->peer[i] == mac)
			return 1;
	return 0;
}

/* VERDICT_COUNT: open. Shut, a frame is dropped, not passed: the host's reset would kill the client's connection. */
static __always_inline enum drover_verdict gate(const struct packet *packet, const struct service *service)
{
	if (is_from_peer(packet))
		return VERDICT_from_peer;
	if (roles_row(service->role & (MAX_ROLES - 1))->gate)
		return VERDICT_COUNT;
	return service->flags & SERVICE_HAS_LOCAL ? VERDICT_real_here : VERDICT_not_master;
}

#endif
