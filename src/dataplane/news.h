// What of this director's table the peers have not heard yet: what the journal names, and, as the net below it, what a walk
// over the table finds in the course of some seconds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "dataplane/journal.h"
#include "dataplane/slot_table.h"
#include "dataplane/ticks.h"
#include "dataplane/told.h"
#include "dataplane/translation.h"

namespace drover::dataplane {

class News {
public:
    News(Tables const& tables, Translation const& translation, SlotTable const& slots, Told& told, Ticks ticks)
        : translation_(translation), slots_(slots), told_(told), ticks_(ticks), journal_(tables) {}

    /// The packet path shall note what happens, or need not any more.
    void listen(bool on) { journal_.listen(on); }

    struct Measure {
        std::size_t most = 0;        ///< connections
        std::size_t slots = 0;       ///< by which the walk goes on
        std::uint32_t period_s = 0;  ///< after which a connection that goes on is told again
    };
    /// Adds connections; true: there may be more.
    bool collect(std::vector<sync::Connection>& connections, Measure const& measure, std::uint32_t now);

    std::uint64_t waiting() const { return journal_.waiting(); }
    std::uint64_t lost() const { return journal_.lost(); }

private:
    void look_up(SlotKey const& wide, std::vector<sync::Connection>& connections, std::uint32_t period_s, std::uint32_t now);
    void look(std::size_t number, SlotKey const& wide, std::uint64_t meta, std::vector<sync::Connection>& connections,
              std::uint32_t period_s, std::uint32_t now);

    Translation const& translation_;
    SlotTable const& slots_;
    Told& told_;
    Ticks ticks_;
    Journal journal_;
    std::size_t walked_ = 0;  // slot number
};

}  // namespace drover::dataplane
