// global_defs: from statements to the model.
#pragma once

#include <string>

#include "config/values.h"
#include "model/global.h"
#include "model/instance.h"
#include "model/tracking.h"

namespace drover::config {

/// What global_defs sets for every instance, and what instances refer to.
struct InstanceDefaults {
    bool strict = false;
    Address multicast_group6 = *Address::parse("ff02::12");
    std::string vmac_prefix = "vrrp";  ///< of the names of macvlans
    model::Instance instance;  ///< what each one begins with; its group is IPv4's
    model::Tracking tracking;  ///< what instances may refer to
};

void read_global(Reading& reading, Statement const& block, model::Global& global, InstanceDefaults& defaults);

}  // namespace drover::config
