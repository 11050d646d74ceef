// global_defs: from statements to the model.
#pragma once

#include <string>

#include "config/values.h"
#include "model/global.h"
#include "model/instance.h"

namespace drover::config {

/// What global_defs sets for every instance.
struct InstanceDefaults {
    int version = 2;
    bool strict = false;
    model::GarpSchedule garp;
    Address multicast_group = Address::v4(0xe0000012);
    bool skip_check_adv_addr = false;
    std::string interface;
};

void read_global(Reading& reading, Statement const& block, model::Global& global, InstanceDefaults& defaults);

}  // namespace drover::config
