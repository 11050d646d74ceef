// The connection table as rows for people: a cursor that walks it a piece at a time, so that a listing of a million rows
// needs no more memory than one of ten.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "dataplane/book.h"
#include "dataplane/slot_ref.h"
#include "dataplane/tables.h"
#include "dataplane/ticks.h"
#include "model/observed.h"

namespace drover::dataplane {

class RowCursor {
public:
    RowCursor(Tables const& tables, Book const& book, Ticks ticks) : tables_(tables), book_(book), ticks_(ticks) {}

    /// The next rows of the table, at least one and about `most`; false at the end. Entries that come, go or move
    /// meanwhile may be missed, none is shown half.
    bool next(std::vector<model::ConnectionRow>& rows, std::size_t most, std::uint32_t now);

private:
    bool read(SlotRef slot, std::uint32_t now, model::ConnectionRow& row) const;

    Tables tables_;
    Book const& book_;
    Ticks ticks_;
    std::size_t bucket_ = 0;  // of the narrow table, then of the wide one
};

}  // namespace drover::dataplane
