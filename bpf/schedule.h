/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/* A new flow: which real server, by template or by the scheduler, and its entry in the table. */
#ifndef DROVER_SCHEDULE_H
#define DROVER_SCHEDULE_H

#include "flow.h"
#include "pick.h"

/* Results of schedule() and what it is made of: a LIVE meta, or one of these. */
enum { SCHEDULE_NO_ROOM = SLOT_FREE, SCHEDULE_BUSY = SLOT_BUSY, SCHEDULE_NOBODY = SLOT_CLAIM, SCHEDULE_FULL = 1 << 2 };

static __always_inline __u32 pick_for(const struct flow *flow)
{
	return pick(flow->service, flow->client, flow->client_port, flow->vip);
}

static __always_inline struct server *server_of(const struct service *service, __u32 index)
{
	return server_at(service->server_base + index);
}

/* Whether conn_max leaves room for one more entry, and takes it. */
static __always_inline int may_enter(struct settings *all)
{
	if (!all->conn_max)
		return 1;
	if (__sync_fetch_and_add(&all->entries_left, -1) > 0)
		return 1;
	__sync_fetch_and_add(&all->entries_left, 1);
	return 0;
}

/* A template binds its client to a server that is in service; to one of weight 0 unless expire_quiescent_template. */
static __always_inline int still_binds(const struct service *service, const struct server *server)
{
	return server->flags & SERVER_AVAILABLE &&
	       (server->weight || !(service->flags & SERVICE_EXPIRE_QUIESCENT));
}

/* The template's server is gone: the template moves to another one, as IPVS gives up the old template for a new one. */
static __always_inline __u64 move_template(const struct flow *flow, const struct service *service, __u64 *word, __u64 meta,
					   int words)
{
	__u32 index = pick_for(flow);
	__u64 moved;

	if (index == NO_SERVER)
		return SCHEDULE_NOBODY;
	moved = make_meta(SLOT_LIVE, meta_generation(meta), index, STATE_NONE, FLAG_TEMPLATE, flow->now);
	if (!swap_meta(word, meta, moved))
		return SCHEDULE_BUSY;
	count_load(service->server_base + meta_server(meta), meta, 0);
	count_load(service->server_base + index, 0, moved);
	journal_key(word - words, words);
	return moved;
}

static __always_inline __u64 use_template_in(const struct flow *flow, const struct service *service,
					     const struct settings *all, int words)
{
	struct slot_key key = template_key(flow->client, flow->service, service, words);
	struct entry found;
	__u32 index;

	switch (find(&key, words, &found)) {
	case FIND_BUSY:
		return SCHEDULE_BUSY;
	case FIND_HIT:
		if (meta_age(found.meta, flow->now) > timeout_of(service, all, found.meta))
			break;
		if (!still_binds(service, server_of(service, meta_server(found.meta))))
			return move_template(flow, service, &found.slot[words], found.meta, words);
		swap_meta(&found.slot[words], found.meta,
			  make_meta(SLOT_LIVE, meta_generation(found.meta), meta_server(found.meta), STATE_NONE,
				    meta_flags(found.meta), flow->now));
		return found.meta;
	case FIND_MISS:
		break;
	}
	index = pick_for(flow);
	if (index == NO_SERVER)
		return SCHEDULE_NOBODY;
	return take(&key, make_meta(0, 0, index, STATE_NONE, FLAG_TEMPLATE, flow->now), words);
}

/* The LIVE meta of the client's template, made or renewed. */
static __always_inline __u64 use_template(const struct flow *flow, const struct service *service,
					  const struct settings *all)
{
	return service->flags & SERVICE_WIDE ? use_template_in(flow, service, all, WIDE_KEY_WORDS) :
					       use_template_in(flow, service, all, NARROW_KEY_WORDS);
}

/* Makes the entry of a new flow in its first state. */
static __always_inline __u64 schedule(const struct flow *flow, const struct service *service, struct settings *all)
{
	__u32 index, flags = 0, id = flow->service, words;
	struct slot_key key;
	__u64 meta;

	if (!may_enter(all))
		return SCHEDULE_FULL;
	if (service->persistence) {
		meta = use_template(flow, service, all);
		if (meta_slot_state(meta) != SLOT_LIVE)
			return meta;
		index = meta_server(meta);
		flags = FLAG_HAS_TEMPLATE;
	} else {
		index = pick_for(flow);
		if (index == NO_SERVER)
			return SCHEDULE_NOBODY;
	}
	words = service->flags & SERVICE_WIDE ? WIDE_KEY_WORDS : NARROW_KEY_WORDS;
	key = words == WIDE_KEY_WORDS ?
		      make_key(flow->client, flow->client_port, flow->virtual_port, id, WIDE_KEY_WORDS) :
		      make_key(flow->client, flow->client_port, flow->virtual_port, id, NARROW_KEY_WORDS);
	return take(&key, make_meta(0, 0, index, flow->state, flags, flow->now), words);
}

static __always_inline int assure_in(const struct flow *flow, const struct service *service, int words)
{
	struct slot_key key = template_key(flow->client, flow->service, service, words);
	struct entry found;

	if (find(&key, words, &found) != FIND_HIT)
		return 0;
	if (meta_flags(found.meta) & FLAG_ASSURED)
		return 1;
	if (!swap_meta(&found.slot[words], found.meta, found.meta | (__u64)FLAG_ASSURED << META_FLAGS_SHIFT))
		return 0;
	journal_key(key.word, words);
	return 1;
}

/* A connection of a persistent service was established: its template is worth more than an unproven one. */
__noinline int assure_template(void)
{
	struct flow *flow = flow_now();
	struct service *service;
	__u32 id;

	if (!flow)
		return 0;
	id = flow->service;
	service = service_at(id);
	return service->flags & SERVICE_WIDE ? assure_in(flow, service, WIDE_KEY_WORDS) :
					       assure_in(flow, service, NARROW_KEY_WORDS);
}

/* One-packet scheduling: a server and no entry; every packet counts as a connection, as in IPVS. */
static __always_inline __u64 schedule_one_packet(const struct flow *flow, const struct service *service,
						 struct settings *all)
{
	__u32 id = flow->service, index;

	if (service->persistence) {
		__u64 meta = use_template(flow, service, all);

		if (meta_slot_state(meta) != SLOT_LIVE)
			return meta;
		index = meta_server(meta);
	} else {
		index = pick_for(flow);
	}
	if (index == NO_SERVER)
		return SCHEDULE_NOBODY;
	count_connection(id, service->server_base + index);
	return make_meta(SLOT_LIVE, 0, index, flow->state, 0, flow->now);
}

#endif
