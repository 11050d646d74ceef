/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * The connection tables: slot.h's protocol over the four places of a key, written once for both widths (`words` of key
 * before the meta word, a constant wherever it is inlined). Look-ups are inlined into the fast path; taking a slot is a
 * function of its own, because only new flows pay for it.
 */
#ifndef DROVER_TABLE_H
#define DROVER_TABLE_H

#include "count.h"
#include "journal.h"

/* A narrow key uses the first word alone. */
struct slot_key {
	__u64 word[MAX_KEY_WORDS];
};

/* An entry as it was found: its words in the table, the meta word behind the key's. */
struct entry {
	__u64 *slot;
	__u64 meta;
};

static __always_inline int swap_meta(__u64 *word, __u64 was, __u64 is)
{
	return __sync_val_compare_and_swap(word, was, is) == was;
}

static __always_inline __u64 *bucket_at(__u32 number, int words)
{
	if (words == NARROW_KEY_WORDS)
		return (__u64 *)narrow_row(number & narrow_mask);
	return (__u64 *)wide_row(number & wide_mask);
}

/* bucket_at() of a near place, with fewer words to read. */
static __always_inline __u64 *near_bucket(__u32 half, int words)
{
	if (words == NARROW_KEY_WORDS)
		return (__u64 *)narrow_row(half & narrow_near_mask);
	return (__u64 *)wide_row(half & wide_near_mask);
}

static __always_inline __u64 hash_of(const struct slot_key *key, int words)
{
	return words == NARROW_KEY_WORDS ? narrow_hash(key->word[0], hash_seed) : wide_hash(key->word, hash_seed);
}

/* Bucket number of a place (slot.h). */
static __always_inline __u32 place_of(__u64 hash, __u32 place, int words)
{
	return words == NARROW_KEY_WORDS ? bucket_of(hash, place, narrow_near_mask, narrow_mask) :
					   bucket_of(hash, place, wide_near_mask, wide_mask);
}

/* A small table has no far part. */
static __always_inline int has_far(int words)
{
	return words == NARROW_KEY_WORDS ? narrow_mask != narrow_near_mask : wide_mask != wide_near_mask;
}

/* The pair of places where entries go when nothing nearer is free. */
static __always_inline __u32 last_places(int words)
{
	return has_far(words) ? 2 : 0;
}

static __always_inline __u64 *slot_at(__u64 *bucket, __u32 number, int words)
{
	return bucket + number * (words + 1);
}

static __always_inline int has_key(const __u64 *slot, const struct slot_key *key, int words)
{
	if (READ(slot[words - 1]) != key->word[words - 1])
		return 0;
	return words == NARROW_KEY_WORDS || (READ(slot[0]) == key->word[0] && READ(slot[1]) == key->word[1]);
}

/* Of the last key word, in which the service stands. */
static __always_inline __u32 service_in(const __u64 *slot, int words)
{
	return key_service(READ(slot[words - 1]));
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

enum find_result { FIND_HIT, FIND_MISS, FIND_BUSY };

static __always_inline enum find_result find_in(__u64 *bucket, const struct slot_key *key, int words,
						struct entry *found)
{
#pragma unroll
	for (__u32 i = 0; i < BUCKET_SLOTS; i++) {
		const __u64 *slot = slot_at(bucket, i, words);
		__u64 first, second;

		if (!has_key(slot, key, words))
			continue;
		first = READ(slot[words]);
		if (!has_key(slot, key, words))
			continue;
		second = READ(slot[words]);
		if (meta_slot_state(first) == SLOT_FREE)
			continue;
		if (meta_slot_state(second) != SLOT_LIVE || (first ^ second) & META_OWNER_MASK)
			return FIND_BUSY;
		found->slot = slot_at(bucket, (i + always_zero) % BUCKET_SLOTS, words);
		found->meta = second;
		return FIND_HIT;
	}
	return FIND_MISS;
}

static __always_inline enum find_result find(const struct slot_key *key, int words, struct entry *found)
{
	__u64 hash = hash_of(key, words);

#pragma unroll
	for (__u32 place = 0; place < PLACES; place++) {
		enum find_result result;

		if (place == 2 && !has_far(words))
			break;
		result = find_in(place < 2 ? near_bucket(half_of(hash, place), words) : bucket_at(place_of(hash, place, words), words),
				 key, words, found);
		if (result != FIND_MISS)
			return result;
	}
	return FIND_MISS;
}

/*
 * From here on everything is a global function on scalars or plain memory: the verifier checks each once, by itself,
 * instead of every way through all of them.
 */

enum { SCORE_CLASS_SHIFT = 28, CLASS_FREE = 0, CLASS_EVICTION = 1 /* + enum eviction */, CLASS_NEVER = 15 };

static __always_inline int is_expired(__u32 id, __u64 meta, __u32 now)
{
	struct service *service = service_at(id);
	struct settings *all = settings_now();

	return meta_age(meta, now) > timeout_of(service, all, meta);
}

/* What gives way first when room is needed: the lower the score, the sooner. BUSY and CLAIM never do. */
__noinline __u32 score_of(__u32 id, __u64 meta, __u32 now)
{
	__u32 state = meta_state(meta), kind = EVICT_OLDEST;

	if (meta_slot_state(meta) == SLOT_FREE)
		return CLASS_FREE << SCORE_CLASS_SHIFT;
	if (meta_slot_state(meta) != SLOT_LIVE)
		return (__u32)CLASS_NEVER << SCORE_CLASS_SHIFT;
	if (is_expired(id, meta, now))
		kind = EVICT_EXPIRED;
	else if (state == STATE_CLOSE || state == STATE_TIME_WAIT || state == STATE_SCTP_CLOSED)
		kind = EVICT_CLOSED;
	else if ((meta_flags(meta) & (FLAG_TEMPLATE | FLAG_ASSURED)) == FLAG_TEMPLATE)
		kind = EVICT_TEMPLATE;
	else if (state == STATE_SYN_RECV || state == STATE_SYNACK || state == STATE_SCTP_INIT1 || state == STATE_SCTP_INIT)
		kind = EVICT_HALF_OPEN;
	return (CLASS_EVICTION + kind) << SCORE_CLASS_SHIFT | (TICK_MASK - meta_age(meta, now));
}

/* The slot of a bucket that gives way first: score << 32 | slot. */
static __always_inline __u64 victim_in(__u32 number, __u32 now, int words)
{
	__u64 *bucket = bucket_at(number, words);
	__u64 best = (__u64)CLASS_NEVER << (32 + SCORE_CLASS_SHIFT);

	for (__u32 i = 0; i < BUCKET_SLOTS; i++) {
		__u64 *slot = slot_at(bucket, i, words);
		__u64 score = score_of(service_in(slot, words), READ(slot[words]), now);

		if (score << 32 < best)
			best = score << 32 | (number * BUCKET_SLOTS + i);
	}
	return best;
}

__noinline __u64 victim_of_bucket(__u32 number, __u32 now, __u32 words)
{
	return words == NARROW_KEY_WORDS ? victim_in(number, now, NARROW_KEY_WORDS) : victim_in(number, now, WIDE_KEY_WORDS);
}

/* First free slot, BUCKET_SLOTS if none; *used counts the others. */
static __always_inline __u32 free_slot(__u64 *bucket, int words, __u32 *used)
{
	__u32 first = BUCKET_SLOTS;

	*used = 0;
#pragma unroll
	for (int i = BUCKET_SLOTS - 1; i >= 0; i--) {
		if (meta_slot_state(READ(bucket[i * (words + 1) + words])) == SLOT_FREE)
			first = i;
		else
			++*used;
	}
	*used += always_zero;
	return first + always_zero;
}

enum { NO_PLACE = ~0u };

/*
 * A free slot: near in the first bucket that has one, else far in the emptier bucket. The far half alone keeps the table
 * useful up to three quarters full; what is near keeps it fast.
 */
static __always_inline __u32 free_place(__u64 hash, int words)
{
	__u32 slots[2], used[2], numbers[2];

	if (has_far(words)) {
#pragma unroll
		for (__u32 place = 0; place < 2; place++) {
			__u32 number = place_of(hash, place, words);
			__u32 slot = free_slot(bucket_at(number, words), words, &used[place]);

			if (slot < BUCKET_SLOTS)
				return number * BUCKET_SLOTS + slot;
		}
	}
#pragma unroll
	for (__u32 i = 0; i < 2; i++) {
		numbers[i] = place_of(hash, last_places(words) + i, words);
		slots[i] = free_slot(bucket_at(numbers[i], words), words, &used[i]);
	}
	if (slots[0] < BUCKET_SLOTS && used[0] <= used[1])
		return numbers[0] * BUCKET_SLOTS + slots[0];
	return slots[1] < BUCKET_SLOTS ? numbers[1] * BUCKET_SLOTS + slots[1] : NO_PLACE;
}

/* No free slot: the entry that gives way, out of the last two buckets. */
static __always_inline __u64 victim_place(__u64 hash, __u32 now, int words)
{
	__u64 first = victim_of_bucket(place_of(hash, last_places(words), words), now, words);
	__u64 second = victim_of_bucket(place_of(hash, last_places(words) + 1, words), now, words);

	return second >> 32 < first >> 32 ? second : first;
}

/* The record of the server that an entry names. */
static __always_inline __u32 server_record(__u32 id, __u64 meta)
{
	struct service *service = service_at(id);

	return service->server_base + meta_server(meta);
}

/* Frees an entry as it was judged; counts only if nobody changed it meanwhile. */
static __always_inline int release(__u64 *meta_word, __u32 id, __u64 meta)
{
	if (!swap_meta(meta_word, meta, meta_freed(meta)))
		return 0;
	if (meta_slot_state(meta) == SLOT_LIVE)
		count_load(server_record(id, meta), meta, 0);
	return 1;
}

/* What is contested: a key, and our claim in the slot with this place. */
struct claim {
	struct slot_key key;
	__u32 place;
	__u32 now;
};

static __always_inline __u64 contest_in(__u32 number, const struct claim *claim, int words)
{
	__u64 *bucket = bucket_at(number, words);

	for (__u32 i = 0; i < BUCKET_SLOTS; i++) {
		__u64 *slot = slot_at(bucket, i, words);
		__u64 meta = READ(slot[words]);

		/* Whoever claims the key from now on sees our claim. */
		if (number * BUCKET_SLOTS + i == claim->place || meta_slot_state(meta) < SLOT_CLAIM ||
		    !has_key(slot, &claim->key, words))
			continue;
		if (meta_generation(READ(slot[words])) != meta_generation(meta))
			return SLOT_BUSY;
		if (meta_slot_state(meta) == SLOT_LIVE && !is_expired(service_in(slot, words), meta, claim->now))
			return meta;
		if (meta_slot_state(meta) == SLOT_CLAIM && number * BUCKET_SLOTS + i < claim->place)
			return SLOT_BUSY;
		if (!release(&slot[words], service_in(slot, words), meta))
			return SLOT_BUSY;
	}
	return 0;
}

/*
 * The "decide" step in one bucket: our claim against all that has the same key. Returns 0 to go on, else what take()
 * shall return; then our claim must go.
 */
__noinline __u64 contest(const struct claim *claim, __u32 number, __u32 words)
{
	if (!claim)
		return 0;
	return words == NARROW_KEY_WORDS ? contest_in(number, claim, NARROW_KEY_WORDS) :
					   contest_in(number, claim, WIDE_KEY_WORDS);
}

/* No other slot of the bucket has our claim's key: nothing to contest, and no call to find that out. */
static __always_inline int is_alone(__u32 number, const struct claim *claim, int words)
{
	__u64 *bucket = bucket_at(number, words);

#pragma unroll
	for (__u32 i = 0; i < BUCKET_SLOTS; i++)
		if (has_key(slot_at(bucket, i, words), &claim->key, words) && number * BUCKET_SLOTS + i != claim->place)
			return 0;
	return 1;
}

/* All buckets of the key. */
static __always_inline __u64 decide(const struct claim *claim, __u64 hash, int words)
{
#pragma unroll
	for (__u32 place = 0; place < PLACES; place++) {
		__u32 number = place_of(hash, place, words);
		__u64 winner;

		if (place >= 2 && !has_far(words))
			break;
		if (is_alone(number, claim, words))
			continue;
		winner = contest(claim, number, words);
		if (winner)
			return winner;
	}
	return 0;
}

/* Takes the slot if its entry is still of the class it was chosen for; counts what had to give way. 0: lost it. */
static __always_inline __u64 take_over(__u64 *slot, __u32 class, __u32 now, int words)
{
	/* Meta, then key, in this order: if the CAS wins, the key is meta's. */
	__u64 meta = READ(slot[words]), busy;
	__u32 id = service_in(slot, words);

	if (class == CLASS_FREE ? meta_slot_state(meta) != SLOT_FREE : score_of(id, meta, now) >> SCORE_CLASS_SHIFT != class)
		return 0;
	busy = make_meta(SLOT_BUSY, meta_generation(meta) + 1, 0, 0, 0, 0);
	if (!swap_meta(&slot[words], meta, busy))
		return 0;
	if (class != CLASS_FREE) {
		count_eviction(class - CLASS_EVICTION);
		count_load(server_record(id, meta), meta, 0);
		if (class != CLASS_EVICTION + EVICT_EXPIRED && class != CLASS_EVICTION + EVICT_HALF_OPEN)
			journal_key(slot, words);
	}
	return busy;
}

static __always_inline void write_key(__u64 *slot, const struct slot_key *key, int words)
{
#pragma unroll
	for (int i = 0; i < words; i++)
		*(volatile __u64 *)&slot[i] = key->word[i];
}

/* How often a slot is looked for, when other flows were quicker with the one that was chosen. */
enum { TAKE_TRIES = 3 };

/* A place for the key, BUSY and ours: its meta is returned. 0: lost all that were chosen, or, with NO_PLACE, no room. */
static __always_inline __u64 occupy(__u64 hash, struct claim *claim, int words)
{
	__u64 busy = 0;

	for (int tries = 0; tries < TAKE_TRIES && !busy; tries++) {
		__u32 class = CLASS_FREE;

		claim->place = free_place(hash, words);
		if (claim->place == NO_PLACE) {
			__u64 victim = victim_place(hash, claim->now, words);

			class = victim >> (32 + SCORE_CLASS_SHIFT);
			claim->place = (__u32)victim;
		}
		if (class == CLASS_NEVER) {
			claim->place = NO_PLACE;
			return 0;
		}
		busy = take_over(slot_at(bucket_at(claim->place / BUCKET_SLOTS, words), claim->place % BUCKET_SLOTS, words),
				 class, claim->now, words);
	}
	return busy;
}

static __always_inline __u64 take_in(const struct slot_key *key, __u64 fresh, int words)
{
	struct claim claim = {.key = *key, .now = meta_tick(fresh)};
	__u64 hash = hash_of(key, words), busy = occupy(hash, &claim, words), claimed, winner;
	__u32 id = key_service(key->word[words - 1]), record;
	__u64 *slot;

	if (!busy)
		return claim.place == NO_PLACE ? SLOT_FREE : SLOT_BUSY;
	slot = slot_at(bucket_at(claim.place / BUCKET_SLOTS, words), claim.place % BUCKET_SLOTS, words);
	write_key(slot, key, words);
	claimed = make_meta(SLOT_CLAIM, meta_generation(busy), meta_server(fresh), meta_state(fresh), meta_flags(fresh),
			    claim.now);
	if (!swap_meta(&slot[words], busy, claimed))
		return SLOT_BUSY;
	winner = decide(&claim, hash, words);
	if (winner) {
		swap_meta(&slot[words], claimed, meta_freed(claimed));
		return winner;
	}
	if (!swap_meta(&slot[words], claimed, claimed | SLOT_LIVE))
		return SLOT_BUSY;
	record = server_record(id, claimed);
	count_load(record, 0, claimed);
	if (!(meta_flags(claimed) & FLAG_TEMPLATE))
		count_connection(id, record);
	if (is_told_at_once(claimed))
		journal_key(key->word, words);
	return claimed | SLOT_LIVE;
}

/*
 * Makes an entry for a key that find() missed. `fresh` holds server, state, flags and tick. Returns the LIVE meta of the
 * entry that now stands for the key, ours or one that came first; SLOT_BUSY: drop the packet; SLOT_FREE: no room.
 */
__noinline __u64 take(const struct slot_key *key, __u64 fresh, __u32 words)
{
	if (!key)
		return SLOT_FREE;
	return words == NARROW_KEY_WORDS ? take_in(key, fresh, NARROW_KEY_WORDS) : take_in(key, fresh, WIDE_KEY_WORDS);
}

#endif
