// What the log says when a master takes and gives up what it holds, in keepalived's words and order.
#pragma once

#include <string>
#include <vector>

#include "model/instance.h"

namespace drover::vrrp {

/// "(VI_1) setting VIPs.", and so on for what there is.
std::vector<std::string> taking_lines(model::Instance const& instance);
std::vector<std::string> dropping_lines(model::Instance const& instance);

}  // namespace drover::vrrp
