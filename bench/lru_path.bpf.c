/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * The same packet path with another connection table, as a load balancer in eBPF has it when it takes what the kernel
 * offers: BPF_MAP_TYPE_LRU_HASH, its look-up and update by helper. Narrow entries alone are in it. All else, counters
 * and states and timeouts, is the same code.
 */
#define find find_in_buckets
#define take take_in_buckets
#include "../bpf/table.h"
#undef find
#undef take

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 2 << 20); /* as many as the table has slots */
	__type(key, __u64);
	__type(value, struct narrow_slot);
} lru_flows SEC(".maps");

static __always_inline enum find_result find(const struct slot_key *key, int words, struct entry *found)
{
	struct narrow_slot *slot;

	if (words != NARROW_KEY_WORDS)
		return find_in_buckets(key, words, found);
	slot = bpf_map_lookup_elem(&lru_flows, &key->word[0]);
	if (!slot)
		return FIND_MISS;
	found->slot = &slot->key;
	found->meta = READ(slot->meta);
	return meta_slot_state(found->meta) == SLOT_LIVE ? FIND_HIT : FIND_MISS;
}

__noinline __u64 take(const struct slot_key *key, __u64 fresh, __u32 words)
{
	struct narrow_slot slot = {.meta = fresh | SLOT_LIVE};
	__u32 id, record;

	if (!key)
		return SLOT_FREE;
	if (words != NARROW_KEY_WORDS)
		return take_in_buckets(key, fresh, words);
	slot.key = key->word[0];
	if (bpf_map_update_elem(&lru_flows, &slot.key, &slot, BPF_ANY))
		return SLOT_FREE;
	id = key_service(slot.key);
	record = server_record(id, slot.meta);
	count_load(record, 0, slot.meta);
	if (!(meta_flags(slot.meta) & FLAG_TEMPLATE))
		count_connection(id, record);
	return slot.meta;
}

#include "packet_path.bpf.c"
