// The connection tables as user space changes them: bpf/slot.h's protocol over the places of a key (bpf/table.h is the packet
// path's side of it). Slots of both tables are numbered through, the narrow ones first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>

#include "dataplane/slot_ref.h"
#include "dataplane/tables.h"

namespace drover::dataplane {

class SlotTable {
public:
    /// Whether an entry with this key and meta is past its timeout.
    using IsExpired = std::function<bool(SlotKey const&, std::uint64_t meta)>;

    SlotTable(Tables const& tables, IsExpired is_expired) : tables_(tables), is_expired_(std::move(is_expired)) {}

    std::size_t size() const { return (tables_.narrow.size() + tables_.wide.size()) * contract::BUCKET_SLOTS; }
    SlotRef at(std::size_t number) const {
        auto const narrow = tables_.narrow.size() * contract::BUCKET_SLOTS;
        if (number < narrow)
            return SlotRef(tables_.narrow[number / contract::BUCKET_SLOTS].slot[number % contract::BUCKET_SLOTS]);
        number -= narrow;
        return SlotRef(tables_.wide[number / contract::BUCKET_SLOTS].slot[number % contract::BUCKET_SLOTS]);
    }

    /// What lives in a slot, read whole; nothing: it is free, or in somebody's hands.
    struct Entry {
        SlotKey key;
        bool is_wide = false;
        std::uint64_t meta = 0;
    };
    std::optional<Entry> look(std::size_t number) const;

    struct Found {
        std::size_t number = 0;
        std::uint64_t meta = 0;  ///< LIVE; else the slot is in somebody's hands, or free (0): there is none
        bool is_live() const { return contract::meta_slot_state(meta) == contract::SLOT_LIVE; }
    };
    /// `key` as it stands in the table.
    Found find(SlotKey const& key, bool is_wide) const;

    enum class Outcome { done, busy, full };
    struct Taken {
        Outcome outcome = Outcome::done;
        std::size_t number = 0;
        std::uint64_t meta = 0;  ///< as it stands there now
    };
    /// Makes an entry for a key that find() missed, with server, state, flags and tick of `fresh`. Takes free slots and
    /// those of expired entries: only packets make live ones give way. Counts the server's load.
    Taken take(SlotKey const& key, bool is_wide, std::uint64_t fresh);

    /// One CAS of the exact value found, and the counting; false: it lost.
    bool change(Found const& found, std::uint64_t meta);
    bool free(Found const& found);

private:
    std::size_t bucket_number(std::uint64_t hash, std::uint32_t place, bool is_wide) const;
    std::uint32_t places(bool is_wide) const;
    std::size_t slot_number(std::size_t bucket, std::size_t slot, bool is_wide) const;
    std::optional<std::size_t> free_place(std::uint64_t hash, bool is_wide) const;
    std::optional<std::size_t> expired_place(std::uint64_t hash, bool is_wide) const;
    bool wins(std::size_t claim, SlotKey const& key, std::uint64_t hash, bool is_wide);
    bool release(std::size_t number, SlotKey const& key, std::uint64_t meta);
    std::uint32_t record_of(SlotKey const& key, std::uint64_t meta) const;

    Tables tables_;
    IsExpired is_expired_;
};

}  // namespace drover::dataplane
