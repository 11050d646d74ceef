/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/* A new flow: which real server, by template or by ring, and its entry in the table. */
#ifndef DROVER_SCHEDULE_H
#define DROVER_SCHEDULE_H

#include "table.h"
#include "tcp.h"

/* Results of schedule() and what it is made of: a LIVE meta, or one of these. */
enum { SCHEDULE_NO_ROOM = SLOT_FREE, SCHEDULE_BUSY = SLOT_BUSY, SCHEDULE_NOBODY = SLOT_CLAIM };

#define NO_SERVER (~0u)

static __always_inline __u32 pick_from_ring(__u32 id, const struct service *service)
{
	__u64 ring = READ(service->ring);
	__u32 slots = (__u32)ring, place, number;
	struct cursor *cursor = bpf_map_lookup_elem(&cursors, &id);
	struct ring_chunk *chunk;

	if (!cursor || !slots)
		return NO_SERVER;
	place = __sync_fetch_and_add(&cursor->next, 1) % slots;
	number = (__u32)(ring >> 32) + place / RING_CHUNK;
	chunk = bpf_map_lookup_elem(&rings, &number);
	return chunk ? chunk->server[place % RING_CHUNK] : NO_SERVER;
}

static __always_inline struct server *server_at(const struct service *service, __u32 index)
{
	__u32 record = service->server_base + index;

	return bpf_map_lookup_elem(&servers, &record);
}

/* The template's server is gone: the template moves to another one, as IPVS gives up the old template for a new one. */
static __always_inline __u64 move_template(__u32 id, const struct service *service, struct narrow_slot *slot,
					   __u64 meta, __u32 now)
{
	__u32 index = pick_from_ring(id, service);
	__u64 moved;

	if (index == NO_SERVER)
		return SCHEDULE_NOBODY;
	moved = make_meta(SLOT_LIVE, meta_generation(meta), index, STATE_NONE, FLAG_TEMPLATE, now);
	if (!swap_meta(slot, meta, moved))
		return SCHEDULE_BUSY;
	count_load(service->server_base + meta_server(meta), meta, 0);
	count_load(service->server_base + index, 0, moved);
	return moved;
}

/* The LIVE meta of the client's template, made or renewed. */
__noinline __u64 use_template(__u32 id, __u32 client, __u32 now)
{
	struct service *service = bpf_map_lookup_elem(&services, &id);
	struct settings *all = settings_now();
	struct narrow_slot *slot;
	struct server *server;
	__u64 key, meta;
	__u32 index;

	if (!service || !all)
		return SCHEDULE_NOBODY;
	key = narrow_key(client & (__u32)(service->persistence_mask[1] >> 32), 0, id | TEMPLATE_KEY);
	switch (find(key, &slot, &meta)) {
	case FIND_BUSY:
		return SCHEDULE_BUSY;
	case FIND_HIT:
		if (meta_age(meta, now) > timeout_of(service, all, meta))
			break;
		server = server_at(service, meta_server(meta));
		if (!server || !(server->flags & SERVER_AVAILABLE))
			return move_template(id, service, slot, meta, now);
		swap_meta(slot, meta,
			  make_meta(SLOT_LIVE, meta_generation(meta), meta_server(meta), STATE_NONE, meta_flags(meta), now));
		return meta;
	case FIND_MISS:
		break;
	}
	index = pick_from_ring(id, service);
	if (index == NO_SERVER)
		return SCHEDULE_NOBODY;
	return take(key, make_meta(0, 0, index, STATE_NONE, FLAG_TEMPLATE, now));
}

/* Makes the entry of a new flow in its first state. */
__noinline __u64 schedule(__u32 id, __u64 key, __u32 state, __u32 now)
{
	struct service *service = bpf_map_lookup_elem(&services, &id);
	__u32 index, flags = 0;
	__u64 meta;

	if (!service)
		return SCHEDULE_NOBODY;
	if (service->persistence) {
		meta = use_template(id, key >> 32, now);
		if (meta_slot_state(meta) != SLOT_LIVE)
			return meta;
		index = meta_server(meta);
		flags = FLAG_HAS_TEMPLATE;
	} else {
		index = pick_from_ring(id, service);
		if (index == NO_SERVER)
			return SCHEDULE_NOBODY;
	}
	return take(key, make_meta(0, 0, index, state, flags, now));
}

/* A connection of a persistent service was established: its template is worth more than an unproven one. */
__noinline int assure_template(__u32 id, __u32 client)
{
	struct service *service = bpf_map_lookup_elem(&services, &id);
	struct narrow_slot *slot;
	__u64 meta;

	if (!service)
		return 0;
	if (find(narrow_key(client & (__u32)(service->persistence_mask[1] >> 32), 0, id | TEMPLATE_KEY), &slot, &meta) != FIND_HIT)
		return 0;
	return swap_meta(slot, meta, meta | (__u64)FLAG_ASSURED << META_FLAGS_SHIFT);
}

#endif
