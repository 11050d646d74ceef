// vrrp_sync_group: from statements to the model.
#pragma once

#include <span>
#include <vector>

#include "config/cross_check.h"
#include "config/read_global.h"
#include "config/values.h"
#include "model/sync_group.h"
#include "model/tracking.h"

namespace drover::config {

/// What a group tracks becomes its members'. Their own weights do not count (they would tear the group apart) unless the
/// group says sync_group_tracking_weight: what they track is a fault when it fails, as in keepalived.
std::vector<model::SyncGroup> read_sync_groups(Reading& reading, std::span<Statement const> tree,
                                               InstanceDefaults const& defaults,
                                               std::vector<Read<model::Instance>>& instances);

}  // namespace drover::config
