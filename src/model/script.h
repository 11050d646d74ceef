// A program that the configuration wants run: notify and track scripts now; check scripts take the same shape.
#pragma once

#include <string>
#include <vector>

#include "model/origin.h"

namespace drover::model {

struct Script {
    std::vector<std::string> argv;  ///< program and arguments, split as keepalived splits them; empty = none
    std::string user;               ///< empty: global_defs' script_user, else keepalived_script if it exists, else root
    std::string group;
    Origin origin;

    bool empty() const { return argv.empty(); }
    bool operator==(Script const&) const = default;
};

}  // namespace drover::model
