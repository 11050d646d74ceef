// Puts the connections that a peer tells of into this director's table, so that it can go on with them.
#pragma once

#include <cstdint>

#include "dataplane/slot_table.h"
#include "dataplane/told.h"
#include "dataplane/translation.h"
#include "model/observed.h"

namespace drover::dataplane {

class Replica {
public:
    Replica(Translation const& translation, SlotTable& slots, Told& told)
        : translation_(translation), slots_(slots), told_(told) {}

    /// Where this director serves the connection itself, what it has seen of it is worth more.
    void put(sync::Connection const& connection, std::uint32_t now);

    model::SyncTaken const& counters() const { return counters_; }

private:
    void end(Translation::Entry const& entry, bool serving);
    void change(SlotTable::Found const& found, Translation::Entry const& entry, sync::Connection const& connection);
    void make(Translation::Entry const& entry);

    Translation const& translation_;
    SlotTable& slots_;
    Told& told_;
    model::SyncTaken counters_;
};

}  // namespace drover::dataplane
