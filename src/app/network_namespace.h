// -s NAME, net_namespace NAME: the daemon works in a network namespace that `ip netns` has made.
#pragma once

#include <string>

#include "base/result.h"

namespace drover::app {

/// For the calling thread and all that it starts. Files are those of before, /sys among them.
Result<void> enter_network_namespace(std::string const& name);

}  // namespace drover::app
