/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/* From a packet of a service to the real server of its flow. */
#ifndef DROVER_CONNECTION_H
#define DROVER_CONNECTION_H

#include "schedule.h"

/* The real server of a packet. */
struct target {
	__u32 record;
	const struct server *server;
};

/* Keeps the entry alive and in the right state. Losing the CAS is harmless: someone else has just done the same. */
static __always_inline void refresh(const struct packet *packet, __u32 id, const struct service *service,
				    struct narrow_slot *slot, __u64 meta, __u32 now)
{
	__u32 state = meta_state(meta);
	__u64 next;

	if (service->protocol == IPPROTO_TCP)
		state = tcp_state_after(state, packet->tcp_flags);
	if (state == meta_state(meta) && now == meta_tick(meta))
		return;
	next = make_meta(SLOT_LIVE, meta_generation(meta), meta_server(meta), state, meta_flags(meta), now);
	if (!swap_meta(slot, meta, next) || state == meta_state(meta))
		return;
	count_load(service->server_base + meta_server(meta), meta, next);
	if (state == STATE_ESTABLISHED && meta_flags(meta) & FLAG_HAS_TEMPLATE)
		assure_template(id, packet->client);
}

/* IPVS's conn_reuse_mode 1: a SYN on an entry that is over is a new connection, unless a template binds its client. */
static __always_inline int is_reused(const struct packet *packet, __u64 meta)
{
	return tcp_opens(packet->tcp_flags) && !(meta_flags(meta) & FLAG_HAS_TEMPLATE) &&
	       (meta_state(meta) == STATE_CLOSE || meta_state(meta) == STATE_TIME_WAIT);
}

static __always_inline enum drover_verdict find_target(const struct service *service, __u64 meta, struct target *target)
{
	target->record = service->server_base + meta_server(meta);
	target->server = bpf_map_lookup_elem(&servers, &target->record);
	return target->server && target->server->flags & SERVER_AVAILABLE ? VERDICT_COUNT : VERDICT_server_gone;
}

static __always_inline enum drover_verdict first_packet(const struct packet *packet, __u32 id,
							const struct service *service, __u64 key, __u32 now,
							struct target *target)
{
	__u32 state = STATE_UDP;
	__u64 meta;

	if (service->protocol == IPPROTO_TCP) {
		if (!tcp_opens(packet->tcp_flags))
			return VERDICT_no_entry;
		state = STATE_SYN_RECV;
	}
	meta = schedule(id, key, state, now);
	switch (meta_slot_state(meta)) {
	case SLOT_LIVE:
		return find_target(service, meta, target);
	case SCHEDULE_BUSY:
		return VERDICT_busy;
	case SCHEDULE_NOBODY:
		return VERDICT_no_destination;
	default:
		return VERDICT_no_room;
	}
}

/* VERDICT_COUNT with *target: go on. Packets of a server that is gone do not keep their entry alive, as in IPVS. */
static __always_inline enum drover_verdict connection(const struct packet *packet, __u32 id,
						      const struct service *service, struct target *target)
{
	__u64 key = narrow_key(packet->client, packet->client_port, id);
	struct settings *all = settings_now();
	enum drover_verdict verdict;
	__u32 now = tick_now();
	struct narrow_slot *slot;
	__u64 meta;

	if (!all)
		return VERDICT_no_room;
	switch (find(key, &slot, &meta)) {
	case FIND_BUSY:
		return VERDICT_busy;
	case FIND_HIT:
		if (meta_age(meta, now) > timeout_of(service, all, meta))
			break;
		if (is_reused(packet, meta)) {
			if (!release(slot, key, meta))
				return VERDICT_busy;
			break;
		}
		verdict = find_target(service, meta, target);
		if (verdict == VERDICT_COUNT)
			refresh(packet, id, service, slot, meta, now);
		return verdict;
	case FIND_MISS:
		break;
	}
	return first_packet(packet, id, service, key, now, target);
}

#endif
