/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * The schedulers that compare servers by what they have to do: lc wlc sed nq fo ovf twos. The ring is a list of the usable
 * servers in IPVS's order. It is scanned by chunks, each a call; what is found stands in memory, of which the verifier
 * keeps no track: in registers it would follow every combination of comparisons.
 */
#ifndef DROVER_COMPARE_H
#define DROVER_COMPARE_H

#include "ring.h"

/*
 * A longer list is seen through a window of 256 servers, which moves on with every new flow: of 1,000 servers the best of
 * another quarter each time.
 */
enum { SCANNED_CHUNKS = 256 / RING_CHUNK };

/* The least loaded and the most loaded server of lblcr's set (bpf/cached.h). */
struct member {
	__u64 cost;
	__u32 index;
	__u32 weight;
	__u32 active;
	__u32 rank; /* the later it joined, the higher: it stands the sooner in IPVS's list */
};

/* A server drawn with the chance of its weight. */
struct draw {
	__s64 rest; /* of the number drawn; at 0 or below it was found */
	__u64 overhead;
	__u32 index;
	__u32 weight; /* 0: not found yet */
};

/* On the stack, of which there is little. No padding: all of it must have been written before a function may have it. */
struct scan {
	__u32 pick; /* enum pick */
	__u32 start; /* chunk of the list where it begins */

	/*
	 * The server with the least cost for its weight; of equals the first. Compared crosswise, as IPVS does: a/b > c/d
	 * is a*d > c*b. It begins as 1/0, more than everything.
	 */
	__u64 cost;
	__u32 index;
	__u32 weight;

	__u32 idle; /* some server has fewer active connections than half its weight (is_overloaded() of lblc, lblcr) */
	__u32 members; /* lblcr: in the set */
	union {
		__u64 set; /* lblcr */
		__u64 sum; /* twos: of the weights of all that are not overloaded */
	};
	union {
		struct {
			struct member least, most; /* lblcr */
		};
		struct {
			struct draw one, two; /* twos */
		};
	};
};

/* Later, higher; 0: not in the set, which is a stretch of numbers (bpf/cached.h). */
static __always_inline __u32 rank_in(__u64 set, const struct server_load *load)
{
	__u16 oldest = (__u16)set, next = (__u16)(set >> 16), place = load->cached - oldest;

	return load->cached && place < (__u16)(next - oldest) ? place + 1 : 0;
}

static __always_inline void become(struct member *member, const struct candidate *candidate, __u32 rank)
{
	member->cost = candidate->overhead;
	member->index = candidate->index;
	member->weight = candidate->weight;
	member->active = candidate->active;
	member->rank = rank;
}

static __always_inline void compare_member(struct scan *scan, const struct candidate *candidate, __u32 rank)
{
	__u64 is = candidate->overhead * scan->most.weight, was = scan->most.cost * candidate->weight;

	if (!rank)
		return;
	scan->members++;
	if (is > was || (is == was && rank > scan->most.rank))
		become(&scan->most, candidate, rank);
	if (candidate->load->overloaded)
		return;
	is = candidate->overhead * scan->least.weight;
	was = scan->least.cost * candidate->weight;
	if (is < was || (is == was && rank > scan->least.rank))
		become(&scan->least, candidate, rank);
}

/* What a scheduler's rule makes of a server: the least cost for its weight wins. */
static __always_inline __u64 cost_of(__u32 pick, const struct candidate *candidate)
{
	if (pick == PICK_SED)
		return (__u64)candidate->active + 1;
	if (pick == PICK_NQ) /* the first idle one before all others */
		return candidate->active ? (__u64)candidate->active + 1 : 0;
	if (pick == PICK_FO || pick == PICK_OVF)
		return 1;
	return candidate->overhead;
}

static __always_inline void compare(struct scan *scan, const struct candidate *candidate)
{
	__u32 pick = scan->pick, weight;
	__u64 cost;

	if ((__u64)candidate->active * 2 < candidate->weight)
		scan->idle = 1;
	if (pick == PICK_LBLCR)
		compare_member(scan, candidate, rank_in(scan->set, candidate->load));
	if (candidate->load->overloaded)
		return;
	pick = *(volatile __u32 *)&scan->pick; /* read again: to be kept, it would need a place on the stack */
	if (pick == PICK_TWOS)
		scan->sum += candidate->weight;
	if (pick == PICK_OVF && candidate->active > candidate->weight)
		return;
	cost = cost_of(pick, candidate);
	weight = pick == PICK_LC ? 1 : candidate->weight;
	if (scan->cost * weight <= cost * scan->weight)
		return;
	scan->cost = cost;
	scan->index = candidate->index;
	scan->weight = weight;
}

__noinline int scan_chunk(struct scan *scan, __u32 number, __u32 length, __u32 base)
{
	struct ring_chunk *chunk = bpf_map_lookup_elem(&rings, &number);
	struct candidate candidate;

	if (!scan || !chunk)
		return 0;
	for (__u32 i = 0; i < RING_CHUNK && i < length; i++)
		if (read_candidate(base, chunk->server[i], &candidate))
			compare(scan, &candidate);
	return 0;
}

static __always_inline void go_on_drawing(struct draw *draw, const struct candidate *candidate)
{
	draw->rest -= candidate->weight;
	if (draw->rest > 0 || draw->weight)
		return;
	draw->index = candidate->index;
	draw->weight = candidate->weight;
	draw->overhead = candidate->overhead;
}

__noinline int draw_from_chunk(struct scan *scan, __u32 number, __u32 length, __u32 base)
{
	struct ring_chunk *chunk = bpf_map_lookup_elem(&rings, &number);
	struct candidate candidate;

	if (!scan || !chunk)
		return 0;
	for (__u32 i = 0; i < RING_CHUNK && i < length; i++) {
		if (!read_candidate(base, chunk->server[i], &candidate) || candidate.load->overloaded)
			continue;
		go_on_drawing(&scan->one, &candidate);
		go_on_drawing(&scan->two, &candidate);
	}
	return 0;
}

static __always_inline __u32 chunks_of(const struct turn *turn)
{
	return (turn->slots + RING_CHUNK - 1) / RING_CHUNK;
}

static __always_inline void begin_scan(struct cursor *cursor, const struct turn *turn, struct scan *scan)
{
	__u32 chunks = chunks_of(turn);

	scan->cost = 1;
	scan->index = NO_SERVER;
	if (chunks > SCANNED_CHUNKS)
		scan->start = __sync_fetch_and_add(&cursor->next, SCANNED_CHUNKS) % chunks;
}

/* Chunk i of the window; 0: there is none. */
static __always_inline int chunk_at(const struct turn *turn, __u32 start, __u32 i, __u32 *number, __u32 *length)
{
	__u32 chunks = chunks_of(turn), place = start + i;

	barrier_var(chunks); /* else the compiler counts to the smaller bound alone: no end to old verifiers */
	if (i >= chunks)
		return 0;
	if (place >= chunks)
		place -= chunks;
	*number = turn->first / RING_CHUNK + place;
	*length = turn->slots - place * RING_CHUNK;
	return 1;
}

static __always_inline void scan_list(struct cursor *cursor, const struct turn *turn, struct scan *scan)
{
	__u32 number, length;

	begin_scan(cursor, turn, scan);
	for (__u32 i = 0; i < SCANNED_CHUNKS && chunk_at(turn, scan->start, i, &number, &length); i++)
		scan_chunk(scan, number, length, turn->base);
}

static __always_inline __u64 random_below(__u64 bound)
{
	return ((__u64)bpf_get_prandom_u32() << 32 | bpf_get_prandom_u32()) % bound;
}

/* ip_vs_twos_schedule(): two draws from 0 to the sum of the weights, both included, and the less loaded of the two. */
static __always_inline __u32 pick_twos(struct cursor *cursor, const struct turn *turn, struct scan *scan)
{
	__u32 number, length;

	scan_list(cursor, turn, scan);
	if (!scan->sum)
		return NO_SERVER;
	scan->one.rest = random_below(scan->sum + 1);
	scan->two.rest = random_below(scan->sum + 1);
	for (__u32 i = 0; i < SCANNED_CHUNKS && chunk_at(turn, scan->start, i, &number, &length); i++)
		draw_from_chunk(scan, number, length, turn->base);
	if (!scan->one.weight || !scan->two.weight)
		return scan->index; /* the list has just lost a server: then the least loaded of all */
	return scan->two.weight * scan->one.overhead > scan->one.weight * scan->two.overhead ? scan->two.index
											     : scan->one.index;
}

#endif
