/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * lblc and lblcr: weighted least connections that keeps to the servers it chose for a destination before.
 *
 * IPVS remembers servers by the packet's destination address. Here that is the service's own address, always the same, so
 * what IPVS keeps in a hash table is one entry of each service: struct cursor. It ends a day after its last use; IPVS
 * looks for such entries every 30 minutes, we at the next new flow.
 */
#ifndef DROVER_CACHED_H
#define DROVER_CACHED_H

#include "compare.h"

enum { CACHED_SERVER_SHIFT = 48 };

/* Ticks that do not wrap. */
static __always_inline __u64 ticks_since_boot(void)
{
	return bpf_jiffies64() >> tick_shift;
}

/* The server of cursor->cached and one more; 0: nothing is remembered. */
static __always_inline __u32 cached_server(struct cursor *cursor, __u64 now)
{
	__u64 cached = READ(cursor->cached), age = now - (cached & ((1ull << CACHED_SERVER_SHIFT) - 1));

	return (__s64)age > ticks_a_day ? 0 : cached >> CACHED_SERVER_SHIFT;
}

static __always_inline void cache_server(struct cursor *cursor, __u32 server, __u64 now)
{
	__u64 cached = (__u64)server << CACHED_SERVER_SHIFT | now;

	if (READ(cursor->cached) != cached) /* most flows come within one tick: leave the cache line to the other CPUs */
		*(volatile __u64 *)&cursor->cached = cached;
}

/* IPVS keeps to the cached server while it is there, even above its upper threshold. */
static __always_inline __u32 pick_lblc(struct cursor *cursor, const struct turn *turn, struct scan *scan)
{
	__u64 now = ticks_since_boot();
	__u32 server = cached_server(cursor, now);
	struct candidate cached;

	if (server && !read_candidate(turn->base, server - 1, &cached))
		server = 0;
	if (!server || cached.active > cached.weight) {
		scan_list(cursor, turn, scan);
		if (!server || scan->idle)
			server = scan->index + 1; /* NO_SERVER becomes 0 */
	}
	if (server)
		cache_server(cursor, server, now);
	return server - 1;
}

/*
 * lblcr's set of servers, in cursor->set. Each one that joins gets the next number, in server_load.cached; the set is the
 * stretch of numbers from `oldest` to below `next`. So to forget it is one store, and the numbers tell in which order
 * IPVS's list of it stands. They come round after 65,535 joinings; those are one for each server, then one a day.
 */
static __always_inline __u64 make_set(__u16 oldest, __u16 next, __u64 now)
{
	return oldest | (__u64)next << 16 | now << 32;
}

static __always_inline __u16 set_oldest(__u64 set)
{
	return (__u16)set;
}

static __always_inline __u16 set_next(__u64 set)
{
	return (__u16)(set >> 16);
}

/* The server becomes the set's newest member; `seen` is what cursor->set holds. Losing the CAS costs one joining. */
static __always_inline void join_set(struct cursor *cursor, __u32 record, __u64 seen, __u64 set, __u64 now)
{
	struct server_load *load = bpf_map_lookup_elem(&server_loads, &record);
	__u16 number = set_next(set) ? set_next(set) : 1;
	__u16 oldest = set_oldest(set) == set_next(set) ? number : set_oldest(set);

	if (!load || rank_in(set, load))
		return;
	if (__sync_val_compare_and_swap(&cursor->set, seen, make_set(oldest, number + 1, now)) == seen)
		load->cached = number;
}

/* A set that has not changed for a day loses its most loaded member; returns the set as it is then. */
static __always_inline __u64 thin_set(struct cursor *cursor, __u32 record, __u64 set, __u64 now)
{
	struct server_load *load = bpf_map_lookup_elem(&server_loads, &record);
	__u64 thinned = make_set(set_oldest(set), set_next(set), now);

	if (!load || (__u32)now - (__u32)(set >> 32) <= ticks_a_day)
		return set;
	if (__sync_val_compare_and_swap(&cursor->set, set, thinned) != set)
		return set;
	load->cached = 0;
	return thinned;
}

static __always_inline __u32 pick_lblcr(struct cursor *cursor, const struct turn *turn, struct scan *scan)
{
	__u64 now = ticks_since_boot(), seen = READ(cursor->set);
	__u32 known = cached_server(cursor, now);

	scan->set = known ? seen : make_set(set_next(seen), set_next(seen), now);
	scan->least = (struct member){.cost = 1, .index = NO_SERVER}; /* 1/0: every member has less */
	scan->most = (struct member){.weight = 1, .index = NO_SERVER}; /* 0/1, and the lowest rank: every member has more */
	scan_list(cursor, turn, scan);
	if (known) {
		if (scan->members > 1)
			seen = scan->set = thin_set(cursor, turn->base + scan->most.index, scan->set, now);
		if (scan->least.index != NO_SERVER && !(scan->least.active > scan->least.weight && scan->idle)) {
			cache_server(cursor, 1, now);
			return scan->least.index;
		}
	}
	if (scan->index == NO_SERVER)
		return NO_SERVER;
	join_set(cursor, turn->base + scan->index, seen, scan->set, now);
	cache_server(cursor, 1, now);
	return scan->index;
}

#endif
