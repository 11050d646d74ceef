// virtual_rules and static_rules: lines in the words of ip-rule(8).
#pragma once

#include <vector>

#include "config/values.h"
#include "model/instance.h"

namespace drover::config {

/// Adds the lines of one block; one that cannot be carried out as it is meant is named and left out.
void read_rules(Reading& reading, Statement const& list, std::vector<model::VirtualRule>& rules);

}  // namespace drover::config
