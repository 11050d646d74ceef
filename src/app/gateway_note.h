// What the seed's how-to does without a word: a director whose gateway lies in the VIP's network alone.
#pragma once

#include <string>
#include <vector>

#include "app/interfaces.h"

namespace drover::app {

/// A sentence for each gateway that this host reaches only while it holds a VIP.
std::vector<std::string> gateways_behind_vips(model::Configuration const& configuration, HostNetwork const& host);

}  // namespace drover::app
