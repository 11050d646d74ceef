#include "dataplane/slot_table.h"

#include <array>
#include <atomic>

#include "dataplane/load_count.h"
#include "dataplane/words.h"

namespace drover::dataplane {

namespace {

std::uint64_t hash_of(SlotKey const& key, bool is_wide, std::uint64_t seed) {
    return is_wide ? contract::wide_hash(key.words.data(), seed) : contract::narrow_hash(key.last(), seed);
}

std::uint32_t state_of(std::uint64_t meta) { return contract::meta_slot_state(meta); }

}  // namespace

std::size_t SlotTable::bucket_number(std::uint64_t hash, std::uint32_t place, bool is_wide) const {
    auto const buckets = static_cast<std::uint32_t>(is_wide ? tables_.wide.size() : tables_.narrow.size());
    auto const near = contract::near_mask_of(buckets, is_wide ? contract::NEAR_WIDE_BUCKETS : contract::NEAR_NARROW_BUCKETS);
    return contract::bucket_of(hash, place, near, buckets - 1);
}

/// A small table is all near.
std::uint32_t SlotTable::places(bool is_wide) const {
    auto const buckets = is_wide ? tables_.wide.size() : tables_.narrow.size();
    return buckets > (is_wide ? contract::NEAR_WIDE_BUCKETS : contract::NEAR_NARROW_BUCKETS) ? contract::PLACES : 2;
}

std::size_t SlotTable::slot_number(std::size_t bucket, std::size_t slot, bool is_wide) const {
    return ((is_wide ? tables_.narrow.size() : 0) + bucket) * contract::BUCKET_SLOTS + slot;
}

std::optional<SlotTable::Entry> SlotTable::look(std::size_t number) const {
    auto const slot = at(number);
    auto const first = load(slot.meta());
    if (state_of(first) != contract::SLOT_LIVE) return std::nullopt;
    Entry const entry{slot.key(), slot.is_wide(), load(slot.meta())};
    bool const whole = state_of(entry.meta) == contract::SLOT_LIVE &&
                       contract::meta_generation(first) == contract::meta_generation(entry.meta);
    return whole ? std::optional(entry) : std::nullopt;
}

SlotTable::Found SlotTable::find(SlotKey const& key, bool is_wide) const {
    auto const hash = hash_of(key, is_wide, tables_.layout->seed);
    for (std::uint32_t place = 0; place < places(is_wide); ++place)
        for (std::size_t i = 0; i < contract::BUCKET_SLOTS; ++i) {
            auto const number = slot_number(bucket_number(hash, place, is_wide), i, is_wide);
            auto const slot = at(number);
            auto const first = load(slot.meta());
            if (state_of(first) == contract::SLOT_FREE || slot.key() != key) continue;
            auto const second = load(slot.meta());
            if (contract::meta_generation(first) != contract::meta_generation(second)) return {number, contract::SLOT_BUSY};
            return {number, second};
        }
    return {};
}

/// As bpf/table.h's free_place(): near in the first bucket that has one, else far in the emptier bucket.
std::optional<std::size_t> SlotTable::free_place(std::uint64_t hash, bool is_wide) const {
    std::optional<std::size_t> best;
    std::size_t most_free = 0;
    for (std::uint32_t place = 0; place < places(is_wide); ++place) {
        auto const bucket = bucket_number(hash, place, is_wide);
        std::optional<std::size_t> first;
        std::size_t free = 0;
        for (std::size_t i = 0; i < contract::BUCKET_SLOTS; ++i) {
            auto const number = slot_number(bucket, i, is_wide);
            if (state_of(load(at(number).meta())) != contract::SLOT_FREE) continue;
            if (!first) first = number;
            ++free;
        }
        if (first && place < 2 && places(is_wide) == contract::PLACES) return first;
        if (free > most_free) {
            best = first;
            most_free = free;
        }
    }
    return best;
}

std::optional<std::size_t> SlotTable::expired_place(std::uint64_t hash, bool is_wide) const {
    for (std::uint32_t place = 0; place < places(is_wide); ++place)
        for (std::size_t i = 0; i < contract::BUCKET_SLOTS; ++i) {
            auto const number = slot_number(bucket_number(hash, place, is_wide), i, is_wide);
            auto const slot = at(number);
            auto const meta = load(slot.meta());
            if (state_of(meta) == contract::SLOT_LIVE && is_expired_(slot.key(), meta)) return number;
        }
    return std::nullopt;
}

SlotTable::Taken SlotTable::take(SlotKey const& key, bool is_wide, std::uint64_t fresh) {
    auto const hash = hash_of(key, is_wide, tables_.layout->seed);
    auto place = free_place(hash, is_wide);
    if (!place) place = expired_place(hash, is_wide);
    if (!place) return {Outcome::full};
    auto const slot = at(*place);
    // Meta, then key: if the CAS wins, the key is meta's.
    auto const meta = load(slot.meta());
    auto const old_key = slot.key();
    if (state_of(meta) != contract::SLOT_FREE && (state_of(meta) != contract::SLOT_LIVE || !is_expired_(old_key, meta)))
        return {Outcome::busy};
    auto const generation = contract::meta_generation(meta) + 1;
    auto const busy = contract::make_meta(contract::SLOT_BUSY, generation, 0, 0, 0, 0);
    if (!swap(slot.meta(), __u64{meta}, __u64{busy})) return {Outcome::busy};
    if (state_of(meta) == contract::SLOT_LIVE) count_load(tables_, record_of(old_key, meta), meta, 0);
    slot.write_key(key);
    auto const claimed = contract::make_meta(contract::SLOT_CLAIM, generation, contract::meta_server(fresh),
                                             contract::meta_state(fresh), contract::meta_flags(fresh), contract::meta_tick(fresh));
    if (!swap(slot.meta(), __u64{busy}, __u64{claimed})) return {Outcome::busy};
    std::atomic_thread_fence(std::memory_order_seq_cst);  // our key can be seen before we look for others
    if (!wins(*place, key, hash, is_wide)) {
        swap(slot.meta(), __u64{claimed}, __u64{contract::meta_freed(claimed)});
        return {Outcome::busy};
    }
    auto const live = claimed | contract::SLOT_LIVE;
    if (!swap(slot.meta(), __u64{claimed}, __u64{live})) return {Outcome::busy};
    count_load(tables_, record_of(key, live), 0, live);
    return {Outcome::done, *place, live};
}

/// The "decide" step: of what has the same key a LIVE entry wins over our claim, and so does a claim in a lower slot.
bool SlotTable::wins(std::size_t claim, SlotKey const& key, std::uint64_t hash, bool is_wide) {
    for (std::uint32_t place = 0; place < places(is_wide); ++place)
        for (std::size_t i = 0; i < contract::BUCKET_SLOTS; ++i) {
            auto const number = slot_number(bucket_number(hash, place, is_wide), i, is_wide);
            auto const slot = at(number);
            auto const meta = load(slot.meta());
            if (number == claim || state_of(meta) < contract::SLOT_CLAIM || slot.key() != key) continue;
            if (contract::meta_generation(load(slot.meta())) != contract::meta_generation(meta)) return false;
            if (state_of(meta) == contract::SLOT_LIVE && !is_expired_(key, meta)) return false;
            if (state_of(meta) == contract::SLOT_CLAIM && number < claim) return false;
            if (!release(number, key, meta)) return false;
        }
    return true;
}

bool SlotTable::release(std::size_t number, SlotKey const& key, std::uint64_t meta) {
    if (!swap(at(number).meta(), __u64{meta}, __u64{contract::meta_freed(meta)})) return false;
    if (state_of(meta) == contract::SLOT_LIVE) count_load(tables_, record_of(key, meta), meta, 0);
    return true;
}

bool SlotTable::change(Found const& found, std::uint64_t meta) {
    auto const slot = at(found.number);
    auto const key = slot.key();
    if (!swap(slot.meta(), __u64{found.meta}, __u64{meta})) return false;
    auto const was = record_of(key, found.meta), is = record_of(key, meta);
    if (was == is) {
        count_load(tables_, is, found.meta, meta);
    } else {
        count_load(tables_, was, found.meta, 0);
        count_load(tables_, is, 0, meta);
    }
    return true;
}

bool SlotTable::free(Found const& found) { return release(found.number, at(found.number).key(), found.meta); }

std::uint32_t SlotTable::record_of(SlotKey const& key, std::uint64_t meta) const {
    return load(tables_.services[key.service()].server_base) + contract::meta_server(meta);
}

}  // namespace drover::dataplane
