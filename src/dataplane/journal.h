// The journal (bpf/contract.h): keys of entries that peers shall soon hear of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "dataplane/slot_ref.h"
#include "dataplane/tables.h"

namespace drover::dataplane {

class Journal {
public:
    explicit Journal(Tables const& tables) : tables_(tables) {}

    /// Writing begins or ends, on all CPUs. What was written before it began is not read.
    void listen(bool on);

    /// The next key, in wide form; nothing: there is none, or it is still being written.
    std::optional<SlotKey> next();
    /// How many wait.
    std::uint64_t waiting() const;
    /// How many were written over before they were read.
    std::uint64_t lost() const { return lost_; }

    /// As the packet path does it; from any thread.
    static void write(Tables const& tables, SlotKey const& wide);

private:
    Tables tables_;
    std::uint64_t read_ = 0;  // number of the entry to read next
    std::uint64_t lost_ = 0;
};

}  // namespace drover::dataplane
