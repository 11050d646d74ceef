/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/* Which real server a new flow gets: IPVS's schedulers. */
#ifndef DROVER_PICK_H
#define DROVER_PICK_H

#include "cached.h"

static __always_inline __u32 pick_by_hash(const struct turn *turn, __u32 flags, __u32 client, __u32 port, __u32 destination)
{
	if (flags & SERVICE_HASH_DESTINATION)
		return pick_from_table(turn, flags, golden_slot(destination));
	if (flags & SERVICE_HASH_PORT)
		client += port;
	if (flags & SERVICE_HASH_MAGLEV)
		return pick_from_maglev(turn, flags, client);
	return pick_from_table(turn, flags, golden_slot(client));
}

static __always_inline __u32 pick_by_comparison(__u32 kind, struct cursor *cursor, const struct turn *turn)
{
	struct scan scan = {.pick = kind};

	switch (kind) {
	case PICK_TWOS:
		return pick_twos(cursor, turn, &scan);
	case PICK_LBLC:
		return pick_lblc(cursor, turn, &scan);
	case PICK_LBLCR:
		return pick_lblcr(cursor, turn, &scan);
	default:
		scan_list(cursor, turn, &scan);
		return scan.index;
	}
}

/* Addresses by folded_address(), the port in host order. */
__noinline __u32 pick_folded(__u32 id, __u32 client, __u32 port, __u32 destination)
{
	struct service *service = service_at(id);
	struct cursor *cursor = bpf_map_lookup_elem(&cursors, &id);
	struct turn turn;
	__u64 ring;
	__u32 kind;

	if (!cursor)
		return NO_SERVER;
	ring = READ(service->ring);
	turn.first = (__u32)(ring >> 32) * RING_CHUNK;
	turn.slots = (__u32)ring;
	turn.base = service->server_base;
	if (!turn.slots)
		return NO_SERVER;
	kind = service->pick;
	if (kind == PICK_NEXT)
		return pick_next(cursor, &turn);
	if (kind == PICK_HASH)
		return pick_by_hash(&turn, service->flags, client, port, destination);
	return pick_by_comparison(kind, cursor, &turn);
}

/*
 * The index of the server that a new flow of the service gets, or NO_SERVER. Addresses are 16 bytes as in contract.h, the
 * client's port as in the packet.
 */
static __always_inline __u32 pick(__u32 id, const __u64 client[2], __u16 client_port, const __u64 destination[2])
{
	return pick_folded(id, folded_address(client), __builtin_bswap16(client_port), folded_address(destination));
}

#endif
