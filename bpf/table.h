/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * The connection table: contract.h's slot protocol over two buckets of a key. Look-ups are inlined into the fast path;
 * taking a slot is a function of its own, because only new flows pay for it.
 */
#ifndef DROVER_TABLE_H
#define DROVER_TABLE_H

#include "count.h"

#define READ(word) (*(const volatile __u64 *)&(word))

static __always_inline int swap_meta(struct narrow_slot *slot, __u64 was, __u64 is)
{
	return __sync_val_compare_and_swap(&slot->meta, was, is) == was;
}

static __always_inline struct narrow_bucket *bucket_at(__u32 number)
{
	number &= narrow_bucket_mask;
	return bpf_map_lookup_elem(&narrow, &number);
}

/* Ticks after which an entry without packets is over. */
static __always_inline __u32 timeout_of(const struct service *service, const struct settings *all, __u64 meta)
{
	if (meta_flags(meta) & FLAG_TEMPLATE) {
		if (meta_flags(meta) & FLAG_REARMED)
			return all->timeout[STATE_SYN_RECV] + TEMPLATE_GRACE_TICKS; /* IPVS: 60 s */
		return service->persistence + TEMPLATE_GRACE_TICKS;
	}
	return all->timeout[meta_state(meta)];
}

static __always_inline struct settings *settings_now(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&settings, &zero);
}

enum find_result { FIND_HIT, FIND_MISS, FIND_BUSY };

static __always_inline enum find_result find_in(struct narrow_bucket *bucket, __u64 key, struct narrow_slot **slot,
						__u64 *meta)
{
#pragma unroll
	for (int i = 0; i < BUCKET_SLOTS; i++) {
		struct narrow_slot *candidate = &bucket->slot[i];
		__u64 first, second;

		if (READ(candidate->key) != key)
			continue;
		first = READ(candidate->meta);
		if (meta_slot_state(first) == SLOT_FREE)
			continue;
		if (READ(candidate->key) != key)
			continue;
		second = READ(candidate->meta);
		if (meta_slot_state(first) != SLOT_LIVE || meta_slot_state(second) != SLOT_LIVE ||
		    meta_generation(first) != meta_generation(second))
			return FIND_BUSY;
		*slot = candidate;
		*meta = second;
		return FIND_HIT;
	}
	return FIND_MISS;
}

static __always_inline enum find_result find(__u64 key, struct narrow_slot **slot, __u64 *meta)
{
	__u64 hash = narrow_hash(key, hash_seed);
	struct narrow_bucket *bucket = bucket_at((__u32)hash);
	enum find_result result;

	if (!bucket)
		return FIND_MISS;
	result = find_in(bucket, key, slot, meta);
	if (result != FIND_MISS)
		return result;
	bucket = bucket_at((__u32)(hash >> 32));
	if (!bucket)
		return FIND_MISS;
	return find_in(bucket, key, slot, meta);
}

/*
 * From here on everything is a global function on scalars: the verifier checks each once, by itself, instead of every
 * way through all of them.
 */

enum { SCORE_CLASS_SHIFT = 28, CLASS_FREE = 0, CLASS_EVICTION = 1 /* + enum eviction */, CLASS_NEVER = 15 };

__noinline int is_expired(__u64 key, __u64 meta, __u32 now)
{
	__u32 id = key_service(key);
	struct service *service = bpf_map_lookup_elem(&services, &id);
	struct settings *all = settings_now();

	return !service || !all || meta_age(meta, now) > timeout_of(service, all, meta);
}

/* What gives way first when room is needed: the lower the score, the sooner. BUSY and CLAIM never do. */
__noinline __u32 score_of(__u64 key, __u64 meta, __u32 now)
{
	__u32 state = meta_state(meta), kind = EVICT_OLDEST;

	if (meta_slot_state(meta) == SLOT_FREE)
		return CLASS_FREE << SCORE_CLASS_SHIFT;
	if (meta_slot_state(meta) != SLOT_LIVE)
		return (__u32)CLASS_NEVER << SCORE_CLASS_SHIFT;
	if (is_expired(key, meta, now))
		kind = EVICT_EXPIRED;
	else if (state == STATE_CLOSE || state == STATE_TIME_WAIT)
		kind = EVICT_CLOSED;
	else if ((meta_flags(meta) & (FLAG_TEMPLATE | FLAG_ASSURED)) == FLAG_TEMPLATE)
		kind = EVICT_TEMPLATE;
	else if (state == STATE_SYN_RECV || state == STATE_SYNACK)
		kind = EVICT_HALF_OPEN;
	return (CLASS_EVICTION + kind) << SCORE_CLASS_SHIFT | (TICK_MASK - meta_age(meta, now));
}

/* The bucket's slot that gives way first: score << 32 | slots in use << 8 | slot. */
__noinline __u64 candidate_in(__u32 number, __u32 now)
{
	struct narrow_bucket *bucket = bucket_at(number);
	__u64 best = (__u64)CLASS_NEVER << (32 + SCORE_CLASS_SHIFT);
	__u32 used = 0;

	if (!bucket)
		return best;
	for (__u32 i = 0; i < BUCKET_SLOTS; i++) {
		__u64 meta = READ(bucket->slot[i].meta), score = CLASS_FREE;

		if (meta_slot_state(meta) != SLOT_FREE)
			score = score_of(READ(bucket->slot[i].key), meta, now);
		used += score != CLASS_FREE;
		if (score << 32 < best)
			best = score << 32 | i;
	}
	return best | used << 8;
}

/* The record of the server that an entry names. */
static __always_inline __u32 server_record(__u64 key, __u64 meta)
{
	__u32 id = key_service(key);
	struct service *service = bpf_map_lookup_elem(&services, &id);

	return (service ? service->server_base : 0) + meta_server(meta);
}

/* Frees an entry as it was judged; counts only if nobody changed it meanwhile. */
static __always_inline int release(struct narrow_slot *slot, __u64 key, __u64 meta)
{
	if (!swap_meta(slot, meta, meta_freed(meta)))
		return 0;
	if (meta_slot_state(meta) == SLOT_LIVE)
		count_load(server_record(key, meta), meta, 0);
	return 1;
}

/*
 * The "decide" step in one bucket: our claim in the slot with this place against all that has the same key. Returns 0 to
 * go on, else what take() shall return; then our claim must go.
 */
__noinline __u64 contest(__u32 number, __u64 key, __u32 place, __u32 now)
{
	struct narrow_bucket *bucket = bucket_at(number);
	__u32 first = (number & narrow_bucket_mask) * BUCKET_SLOTS;

	if (!bucket)
		return 0;
	for (__u32 i = 0; i < BUCKET_SLOTS; i++) {
		struct narrow_slot *slot = &bucket->slot[i];
		__u64 meta = READ(slot->meta);

		/* Whoever claims the key from now on sees our claim. */
		if (first + i == place || meta_slot_state(meta) < SLOT_CLAIM || READ(slot->key) != key)
			continue;
		if (meta_generation(READ(slot->meta)) != meta_generation(meta))
			return SLOT_BUSY;
		if (meta_slot_state(meta) == SLOT_LIVE && !is_expired(key, meta, now))
			return meta;
		if (meta_slot_state(meta) == SLOT_CLAIM && first + i < place)
			return SLOT_BUSY;
		if (!release(slot, key, meta))
			return SLOT_BUSY;
	}
	return 0;
}

/* No other slot of the bucket has our claim's key: nothing to contest, and no call to find that out. */
static __always_inline int is_alone(__u32 number, __u64 key, __u32 place)
{
	struct narrow_bucket *bucket = bucket_at(number);

	if (!bucket)
		return 1;
#pragma unroll
	for (__u32 i = 0; i < BUCKET_SLOTS; i++)
		if (READ(bucket->slot[i].key) == key && number * BUCKET_SLOTS + i != place)
			return 0;
	return 1;
}

/*
 * Both buckets' candidates against each other: a free slot in the emptier bucket, else what gives way first. The first
 * bucket is good enough while two of its slots are free: four fifths of the flows are then found by one cache line, and
 * at half load still only three new flows in 100,000 meet two full buckets.
 */
static __always_inline __u32 choose(__u32 a, __u32 b, __u32 now, __u32 *score)
{
	__u64 first = candidate_in(a, now), second = candidate_in(b, now);
	__u32 second_wins = second >> 32 < first >> 32;

	if (!(first >> 32) && !(second >> 32))
		second_wins = (first & 0xff00) > 0x100 && (second & 0xff00) < (first & 0xff00);
	*score = (second_wins ? second : first) >> 32;
	return second_wins ? b * BUCKET_SLOTS + (second & 3) : a * BUCKET_SLOTS + (first & 3);
}

/* Takes the slot if its entry is still of the class it was chosen for; counts what had to give way. 0: lost it. */
static __always_inline __u64 take_over(struct narrow_slot *slot, __u32 score, __u32 now)
{
	__u64 meta = READ(slot->meta), key = READ(slot->key), busy; /* in this order: if the CAS wins, the key is meta's */
	__u32 class = score >> SCORE_CLASS_SHIFT;

	if (score_of(key, meta, now) >> SCORE_CLASS_SHIFT != class)
		return 0;
	busy = make_meta(SLOT_BUSY, meta_generation(meta) + 1, 0, 0, 0, 0);
	if (!swap_meta(slot, meta, busy))
		return 0;
	if (class != CLASS_FREE) {
		count_eviction(class - CLASS_EVICTION);
		count_load(server_record(key, meta), meta, 0);
	}
	return busy;
}

/*
 * Makes an entry for a key that find() missed. `fresh` holds server, state, flags and tick. Returns the LIVE meta of the
 * entry that now stands for the key, ours or one that came first; SLOT_BUSY: drop the packet; SLOT_FREE: no room.
 */
__noinline __u64 take(__u64 key, __u64 fresh)
{
	__u64 hash = narrow_hash(key, hash_seed), busy, claim, winner;
	__u32 a = (__u32)hash & narrow_bucket_mask, b = (__u32)(hash >> 32) & narrow_bucket_mask;
	__u32 now = meta_tick(fresh), score;
	__u32 place = choose(a, b, now, &score);
	struct narrow_bucket *bucket = bucket_at(place / BUCKET_SLOTS);
	struct narrow_slot *slot;
	__u32 record;

	if (score >> SCORE_CLASS_SHIFT == CLASS_NEVER || !bucket)
		return SLOT_FREE;
	slot = &bucket->slot[place % BUCKET_SLOTS];
	busy = take_over(slot, score, now);
	if (!busy)
		return SLOT_BUSY;
	*(volatile __u64 *)&slot->key = key;
	claim = make_meta(SLOT_CLAIM, meta_generation(busy), meta_server(fresh), meta_state(fresh), meta_flags(fresh), now);
	if (!swap_meta(slot, busy, claim))
		return SLOT_BUSY;
	winner = is_alone(a, key, place) ? 0 : contest(a, key, place, now);
	if (!winner && a != b && !is_alone(b, key, place))
		winner = contest(b, key, place, now);
	if (winner) {
		swap_meta(slot, claim, meta_freed(claim));
		return winner;
	}
	if (!swap_meta(slot, claim, claim | SLOT_LIVE))
		return SLOT_BUSY;
	record = server_record(key, claim);
	count_load(record, 0, claim);
	if (!(meta_flags(claim) & FLAG_TEMPLATE))
		count_connection(key_service(key), record);
	return claim | SLOT_LIVE;
}

#endif
