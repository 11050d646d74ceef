// Since when a flood of new flows lasts: the packet path leaves only the tick of the last flow above the rate.
#pragma once

#include <cstdint>

#include "model/observed.h"

namespace drover::dataplane {

class FloodWatch {
public:
    /// `lull`: ticks without a flow above the rate after which a flood is over.
    explicit FloodWatch(std::uint32_t lull) : lull_(lull) {}

    /// `last`: settings.flood_tick; `now`: the packet path's tick. True if a flood has begun or ended with this look.
    bool look(std::uint32_t last, std::uint32_t now, std::int64_t now_unix_us);

    model::FloodObserved const& flood() const { return flood_; }

private:
    std::uint32_t lull_;
    model::FloodObserved flood_;
};

}  // namespace drover::dataplane
