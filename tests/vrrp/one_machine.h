// One machine by itself, as the tests of it see it: 10.0.0.2, whose peer is 10.0.0.3.
#pragma once

#include <variant>
#include <vector>

#include "vrrp/machine.h"

namespace drover::vrrp {

inline TimePoint const start_time{std::chrono::hours(1)};
inline Address const own = *Address::parse("10.0.0.2");
inline Address const peer = *Address::parse("10.0.0.3");

/// What a step does, without what it says.
inline std::vector<Action> deeds(Step const& step) {
    std::vector<Action> actions;
    for (auto const& action : step.actions)
        if (!std::holds_alternative<Report>(action)) actions.push_back(action);
    return actions;
}

}  // namespace drover::vrrp
