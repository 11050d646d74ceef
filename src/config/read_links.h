// interface_up_down_delays, garp_group: what holds for interfaces, whichever instances use them.
#pragma once

#include <span>

#include "config/values.h"
#include "model/instance.h"
#include "model/links.h"

namespace drover::config {

/// A delay that is too long for an instance on its interface is left out, as in keepalived: a backup would take over
/// before the master is in FAULT.
model::Links read_links(Reading& reading, std::span<Statement const> tree, std::vector<model::Instance> const& instances);

}  // namespace drover::config
