// vrrp_instance: from statements to the model.
#pragma once

#include <optional>

#include "config/read_global.h"
#include "config/values.h"
#include "model/instance.h"

namespace drover::config {

/// Nothing when the instance cannot run (no interface, no virtual_router_id); that has been said then.
std::optional<model::Instance> read_instance(Reading& reading, Statement const& block,
                                             InstanceDefaults const& defaults);

}  // namespace drover::config
