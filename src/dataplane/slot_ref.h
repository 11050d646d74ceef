// A slot of either width (bpf/slot.h), seen alike: key words, and the meta word that owns them.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "base/address.h"
#include "bpf/contract.h"
#include "dataplane/tables.h"
#include "dataplane/words.h"

namespace drover::dataplane {

/// A key as it was read; a narrow one uses the last word alone.
struct SlotKey {
    std::array<__u64, contract::MAX_KEY_WORDS> words{};

    std::uint64_t last() const { return words.back(); }
    std::uint32_t service() const { return contract::key_service(last()); }
    bool operator==(SlotKey const&) const = default;
};

class SlotRef {
public:
    explicit SlotRef(contract::narrow_slot& slot) : key_(&slot.key, contract::NARROW_KEY_WORDS), meta_(&slot.meta) {}
    explicit SlotRef(contract::wide_slot& slot) : key_(slot.key), meta_(&slot.meta) {}

    bool is_wide() const { return key_.size() == contract::WIDE_KEY_WORDS; }
    __u64& meta() const { return *meta_; }
    SlotKey key() const {
        SlotKey key;
        for (std::size_t i = 0; i < key_.size(); ++i) key.words[key.words.size() - key_.size() + i] = load(key_[i]);
        return key;
    }
    /// Under BUSY alone.
    void write_key(SlotKey const& key) const {
        for (std::size_t i = 0; i < key_.size(); ++i) store(key_[i], key.words[key.words.size() - key_.size() + i]);
    }

private:
    std::span<__u64> key_;
    __u64* meta_;
};

/// A key of either width as a wide one, which the journal has for both; a narrow one's virtual port is left 0.
inline SlotKey wide_form(SlotKey const& key, bool is_wide) {
    if (is_wide) return key;
    return {{0, contract::narrow_client(key.last()), contract::narrow_last(key.last())}};
}

/// And back: the key as it stands in a table of that width.
inline SlotKey table_form(SlotKey const& wide, bool is_wide) {
    if (is_wide) return wide;
    return {{0, 0, (wide.words[1] & ~__u64{0xffffffff}) | contract::narrow_last(wide.last())}};
}

/// The client's address in a key.
inline Address client_of(SlotKey const& key, bool is_wide) {
    if (!is_wide) return Address::v4(__builtin_bswap32(static_cast<std::uint32_t>(key.last() >> 32)));
    Address::Bytes bytes;
    __builtin_memcpy(bytes.data(), key.words.data(), bytes.size());
    return Address(bytes);
}

inline bool is_template(std::uint64_t meta) { return (contract::meta_flags(meta) & contract::FLAG_TEMPLATE) != 0; }

/// The key of the template that a connection of a persistent service was made under.
inline SlotKey template_key(SlotKey const& key, bool is_wide, __u64 const (&mask)[2]) {
    auto const service = static_cast<__u16>(key.service() | contract::TEMPLATE_KEY);
    SlotKey made;
    if (is_wide) {
        made.words = {key.words[0] & load(mask[0]), key.words[1] & load(mask[1]), contract::wide_key(0, 0, service)};
    } else {
        auto const client = static_cast<std::uint32_t>(key.last() >> 32) & static_cast<std::uint32_t>(load(mask[1]) >> 32);
        made.words.back() = contract::narrow_key(client, 0, service);
    }
    return made;
}

/// Calls `visit(SlotRef)` for every slot that is not free, both tables, in the order of memory.
template <class Visit>
void for_each_used_slot(Tables const& tables, Visit&& visit) {
    auto const all = [&](auto buckets) {
        for (auto& bucket : buckets)
            for (auto& slot : bucket.slot)
                if (contract::meta_slot_state(load(slot.meta)) != contract::SLOT_FREE) visit(SlotRef(slot));
    };
    all(tables.narrow);
    all(tables.wide);
}

}  // namespace drover::dataplane

template <>
struct std::hash<drover::dataplane::SlotKey> {
    std::size_t operator()(drover::dataplane::SlotKey const& key) const noexcept {
        return drover::contract::wide_hash(key.words.data(), 0);
    }
};
