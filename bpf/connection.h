/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/* From a packet of a service to the real server of its flow. */
#ifndef DROVER_CONNECTION_H
#define DROVER_CONNECTION_H

#include "schedule.h"

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

static __always_inline enum drover_verdict first_packet(const struct packet *packet, __u32 id,
							const struct service *service, __u64 key, __u32 now,
							__u32 *index)
{
	__u32 state = STATE_UDP;
	__u64 meta;

	if (service->protocol == IPPROTO_TCP) {
		if (!tcp_opens(packet->tcp_flags))
			return VERDICT_no_entry;
		state = STATE_SYN_RECV;
	}
	meta = schedule(id, key, state, now);
	*index = meta_server(meta);
	switch (meta_slot_state(meta)) {
	case SLOT_LIVE:
		return VERDICT_COUNT;
	case SCHEDULE_BUSY:
		return VERDICT_busy;
	case SCHEDULE_NOBODY:
		return VERDICT_no_destination;
	default:
		return VERDICT_no_room;
	}
}

/* VERDICT_COUNT with *index, the server's number inside the service: go on. */
static __always_inline enum drover_verdict connection(const struct packet *packet, __u32 id,
						      const struct service *service, __u32 *index)
{
	__u64 key = narrow_key(packet->client, packet->client_port, id);
	struct settings *all = settings_now();
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
		refresh(packet, id, service, slot, meta, now);
		*index = meta_server(meta);
		return VERDICT_COUNT;
	case FIND_MISS:
		break;
	}
	return first_packet(packet, id, service, key, now, index);
}

#endif
