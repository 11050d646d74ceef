// The `authentication` block of an instance.
#pragma once

#include "config/values.h"
#include "model/instance.h"

namespace drover::config {

/// What keepalived would run with: none where the block is incomplete, where version 3 has none, or under vrrp_strict.
/// The instance's version must be known.
void read_authentication(Reading& reading, Statement const& block, bool strict, model::Instance& instance);

}  // namespace drover::config
