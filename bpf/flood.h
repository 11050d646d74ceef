/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * When new flows come faster than flood_rate, SYNs get a server by hash and no entry: a flood then costs a look at the
 * ring, and the table keeps what it holds. The ACK of a real client goes by the same hash and gets its entry then, while
 * the flood lasts and FLOOD_AFTER_SECONDS longer.
 */
#ifndef DROVER_FLOOD_H
#define DROVER_FLOOD_H

#include "schedule.h"

static __always_inline struct pace *pace_now(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&paces, &zero);
}

/* Counts a new flow; true above the rate. */
static __always_inline int is_flood(struct settings *all, __u32 now)
{
	struct pace *pace;

	if (!all->flood_rate)
		return 0;
	pace = pace_now();
	if (!pace)
		return 0;
	if (pace->tick != now) {
		pace->tick = now;
		pace->flows = 0;
	}
	if (++pace->flows <= all->flood_rate)
		return 0;
	if (all->flood_tick != now)
		*(volatile __u32 *)&all->flood_tick = now ? now : 1;
	return 1;
}

/* SYNs may have gone by without an entry. */
static __always_inline int was_flood(const struct settings *all, __u32 now)
{
	return all->flood_tick && ((now - all->flood_tick) & TICK_MASK) <= all->flood_after;
}

/* Fixed, not the table's seed: two directors must agree. A persistent service's clients are hashed without their port. */
static __always_inline __u32 flood_hash(const struct flow *flow, const struct service *service)
{
	struct slot_key key = service->persistence ? template_key(flow->client, 0, service, WIDE_KEY_WORDS) :
						     make_key(flow->client, flow->client_port, 0, 0, WIDE_KEY_WORDS);

	return (__u32)(wide_hash(key.word, 0) >> 32);
}

/* The server index by hash, or of the next slot whose server may have new flows; NO_SERVER: there is none. */
static __always_inline __u32 flood_server(const struct flow *flow, const struct service *service)
{
	__u64 ring = READ(service->ring), found;
	__u32 first = (__u32)(ring >> 32) * RING_CHUNK, slots = (__u32)ring, place, index;

	if (!slots)
		return NO_SERVER;
	place = flood_hash(flow, service) % slots;
	index = server_in(first + place);
	if (is_usable(service->server_base, index))
		return index;
	found = find_usable(first, slots, place + 1, service->server_base);
	return found ? (__u32)found : NO_SERVER;
}

/* The ACK that follows a SYN without an entry: gets it now, half open, so that a flood of ACKs ends first. */
static __always_inline __u64 enter_late(const struct flow *flow, const struct service *service)
{
	__u32 index = flood_server(flow, service);
	struct slot_key key;
	__u64 fresh;

	if (index == NO_SERVER)
		return SCHEDULE_NOBODY;
	fresh = make_meta(0, 0, index, STATE_SYN_RECV, 0, flow->now);
	if (service->flags & SERVICE_WIDE) {
		key = make_key(flow->client, flow->client_port, flow->virtual_port, flow->service, WIDE_KEY_WORDS);
		return take(&key, fresh, WIDE_KEY_WORDS);
	}
	key = make_key(flow->client, flow->client_port, flow->virtual_port, flow->service, NARROW_KEY_WORDS);
	return take(&key, fresh, NARROW_KEY_WORDS);
}

#endif
