// The lines of virtual_routes and static_routes, in ip(8)'s words.
#pragma once

#include <vector>

#include "config/values.h"
#include "model/instance.h"

namespace drover::config {

/// Adds the lines of one block. A route that is wrong, or that the kernel would refuse, is left out with a warning; no
/// route ever keeps an instance from MASTER.
void read_virtual_routes(Reading& reading, Statement const& list, std::vector<model::VirtualRoute>& routes);

}  // namespace drover::config
