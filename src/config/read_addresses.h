// The lines of virtual_ipaddress and virtual_routes, in ip(8)'s words.
#pragma once

#include <vector>

#include "config/values.h"
#include "model/instance.h"

namespace drover::config {

std::vector<model::VirtualAddress> read_virtual_addresses(Reading& reading, Statement const& list);
/// A route that the kernel would refuse is left out with a warning; no route ever keeps an instance from MASTER.
std::vector<model::VirtualRoute> read_virtual_routes(Reading& reading, Statement const& list);
/// Rules are not carried out yet; what is wrong with their addresses is said all the same.
void check_virtual_rules(Reading& reading, Statement const& list);

}  // namespace drover::config
