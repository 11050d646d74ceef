// vrrp_instance and global_defs: from statements to the model.
#pragma once

#include "config/values.h"
#include "model/configuration.h"

namespace drover::config {

/// Defaults that global_defs sets for every instance.
struct InstanceDefaults {
    int version = 2;
    model::GarpSchedule garp;
    Address multicast_group = Address::v4(0xe0000012);
    bool skip_check_adv_addr = false;
};

void read_global(Reading& reading, Statement const& block, model::Global& global, InstanceDefaults& defaults);

/// Nothing when the instance cannot run (no interface, no virtual_router_id); that has been said then.
std::optional<model::Instance> read_instance(Reading& reading, Statement const& block, InstanceDefaults const& defaults);

}  // namespace drover::config
