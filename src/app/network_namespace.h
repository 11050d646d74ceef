// net_namespace: the daemon works in a network namespace of the host, with its files where they always are.
#pragma once

#include <string>

#include "base/result.h"

namespace drover::app {

/// Makes the calling thread, and with it all that it starts from now on, part of /run/netns/NAME (ip-netns(8)).
Result<void> enter_network_namespace(std::string const& name);

}  // namespace drover::app
