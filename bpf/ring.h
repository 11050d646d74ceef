/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * The rings that src/scheduler/ lays out, and the schedulers that need nothing else: rr and wrr by turns, sh, dh and mh by
 * a hash. The first slot looked at nearly always does, and is looked at in line; whatever comes after it is a call.
 */
#ifndef DROVER_RING_H
#define DROVER_RING_H

#include "count.h"
#include "hash.h"

#define NO_SERVER (~0u)

enum {
	PROBES = 32,	  /* slots that find_usable() looks at */
	TAIL_SLOTS = 256, /* see pick_next() */
	MAGLEV_PROBES = 8,
};

/* A service's ring, as it was when the flow came. */
struct turn {
	__u32 first; /* of all slots of all rings, the one where it begins */
	__u32 slots;
	__u32 base; /* record of server index 0 */
};

/* What the schedulers see of a server. */
struct candidate {
	__u32 index;
	__u32 weight; /* never 0 */
	__u32 active;
	__u64 overhead; /* ip_vs_dest_conn_overhead(): an active connection weighs as much as 256 others */
	struct server_load *load;
};

static __always_inline __u32 server_in(__u32 slot)
{
	__u32 number = slot / RING_CHUNK;
	struct ring_chunk *chunk = bpf_map_lookup_elem(&rings, &number);

	return chunk ? chunk->server[slot % RING_CHUNK] : NO_SERVER;
}

/* 0: gone, or of weight 0. The ring may be older than the server's record. */
static __always_inline int read_candidate(__u32 base, __u32 index, struct candidate *candidate)
{
	__u32 record = base + index;
	struct server *server = server_at(record);
	struct server_load *load = bpf_map_lookup_elem(&server_loads, &record);

	if (!load || !(server->flags & SERVER_AVAILABLE) || (__s32)server->weight <= 0)
		return 0;
	candidate->index = index;
	candidate->weight = server->weight;
	candidate->active = load->active;
	candidate->overhead = ((__u64)load->active << 8) + load->inactive;
	candidate->load = load;
	return 1;
}

static __always_inline int is_usable(__u32 base, __u32 index)
{
	struct candidate candidate;

	return read_candidate(base, index, &candidate) && !candidate.load->overloaded;
}

/*
 * The first of up to PROBES slots whose server may have a new flow: its distance from `from`, and one more, << 32 | its
 * server. 0: none. The slots are a circle of `length` that begins at `first`.
 */
__noinline __u64 find_usable(__u32 first, __u32 length, __u32 from, __u32 base)
{
	__u32 slot;

	if (!length)
		return 0;
	slot = from % length;
	for (__u32 i = 0; i < PROBES; i++) {
		__u32 index = server_in(first + slot);

		if (is_usable(base, index))
			return (__u64)(i + 1) << 32 | index;
		barrier_var(length); /* else the compiler counts to the smaller bound alone: no end to old verifiers */
		if (i + 1 >= length)
			return 0;
		slot = slot + 1 == length ? 0 : slot + 1;
	}
	return 0;
}

/* The same over a circle of up to 8 * PROBES. */
static __always_inline __u64 find_in_circle(__u32 first, __u32 length, __u32 from, __u32 base)
{
	for (__u32 i = 0; i < 8 && i * PROBES < length; i++) {
		__u64 found = find_usable(first, length, from + i * PROBES, base);

		if (found)
			return found + ((__u64)i * PROBES << 32);
	}
	return 0;
}

/*
 * The next slot whose server may have the flow. Those passed over are used up, too, or the server behind them would get
 * their share. Both kinds of ring end with every server once (src/scheduler/ring.h): when a long run of slots belongs to
 * servers that are full, the next one that is not is in the tail, of which we see the last TAIL_SLOTS.
 */
static __always_inline __u32 pick_next(struct cursor *cursor, const struct turn *turn)
{
	__u64 place = __sync_fetch_and_add(&cursor->next, 1), found;
	__u32 slot = place % turn->slots, index = server_in(turn->first + slot), tail, passed;

	if (is_usable(turn->base, index))
		return index;
	found = find_usable(turn->first, turn->slots, slot + 1, turn->base);
	passed = found >> 32;
	if (!found && turn->slots > PROBES) {
		tail = turn->slots < TAIL_SLOTS ? 0 : turn->slots - TAIL_SLOTS;
		found = find_in_circle(turn->first + tail, turn->slots - tail, 0, turn->base);
		passed = tail + (__u32)(found >> 32) - 1 + turn->slots - slot;
		if (passed >= turn->slots)
			passed -= turn->slots;
	}
	if (!found)
		return NO_SERVER;
	__sync_fetch_and_add(&cursor->next, passed);
	return (__u32)found;
}

/* sh, dh. Fallback as ip_vs_sh_get_fallback(): through the table from twice the home slot on. */
static __always_inline __u32 pick_from_table(const struct turn *turn, __u32 flags, __u32 home)
{
	/* For a moment after the scheduler was changed, the ring may still be the one before. */
	__u32 index = server_in(turn->first + (turn->slots == HASH_SLOTS ? home : home % turn->slots));
	__u64 found;

	if (is_usable(turn->base, index))
		return index;
	if (!(flags & SERVICE_HASH_FALLBACK))
		return NO_SERVER;
	found = find_in_circle(turn->first, turn->slots, home + home, turn->base);
	return found ? (__u32)found : NO_SERVER;
}

/* A part of ip_vs_mh_get_fallback(): each try hashes the client anew, with the home slot and the try's number added. */
__noinline __u32 fall_back_in_maglev(__u32 first, __u32 slots, __u32 value, __u32 from, __u32 base)
{
	__u32 home;

	if (!slots)
		return NO_SERVER;
	home = maglev_slot(value, slots);
	for (__u32 i = 0; i < MAGLEV_PROBES; i++) {
		__u32 index = server_in(first + maglev_slot(value + (home + from + i) % slots, slots));

		if (is_usable(base, index))
			return index;
	}
	return NO_SERVER;
}

static __always_inline __u32 pick_from_maglev(const struct turn *turn, __u32 flags, __u32 value)
{
	__u32 index = server_in(turn->first + maglev_slot(value, turn->slots));

	if (is_usable(turn->base, index))
		return index;
	if (!(flags & SERVICE_HASH_FALLBACK))
		return NO_SERVER;
	for (__u32 from = 0; from < MAGLEV_SLOTS; from += MAGLEV_PROBES) {
		index = fall_back_in_maglev(turn->first, turn->slots, value, from, turn->base);
		if (index != NO_SERVER)
			return index;
	}
	return NO_SERVER;
}

#endif
