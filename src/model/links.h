// What holds for interfaces, whichever instances use them: interface_up_down_delays and garp_group.
#pragma once

#include <string>
#include <vector>

#include "base/time.h"

namespace drover::model {

/// A change of the link counts when it has lasted so long.
struct LinkDelay {
    std::string interface;
    Duration down{0}, up{0};  ///< 0: it counts at once
    bool operator==(LinkDelay const&) const = default;
};

/// Interfaces that lead to one switch, which must not be flooded: the least time between two announcements by any of them.
struct GarpGroup {
    std::vector<std::string> interfaces;
    Duration pace{0};     ///< between gratuitous ARPs; 0: none
    Duration na_pace{0};  ///< between neighbour advertisements, likewise
    bool operator==(GarpGroup const&) const = default;
};

struct Links {
    std::vector<LinkDelay> delays;       ///< each interface once
    std::vector<GarpGroup> garp_groups;  ///< each interface in one at most
    bool operator==(Links const&) const = default;
};

}  // namespace drover::model
