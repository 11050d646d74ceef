// The connections of a table for a peer that has none of them: a cursor that walks it a piece at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "dataplane/slot_table.h"
#include "dataplane/translation.h"

namespace drover::dataplane {

class Snapshot {
public:
    Snapshot(Tables const& tables, Book const& book, Ticks ticks)
        : translation_(tables, book, ticks), slots_(tables, [](SlotKey const&, std::uint64_t) { return false; }) {}

    /// Adds what so many further slots hold that peers are told of; false at the end of the table.
    bool next(std::vector<sync::Connection>& connections, std::size_t slots, std::uint32_t now);

private:
    Translation translation_;
    SlotTable slots_;
    std::size_t walked_ = 0;
};

}  // namespace drover::dataplane
