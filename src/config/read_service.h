// virtual_server with its real_servers and their checks.
#pragma once

#include "config/values.h"
#include "model/service.h"

namespace drover::config {

/// Nothing when the service cannot be read (no address, a fwmark or a group, no real server): that has been said then.
std::optional<model::Service> read_service(Reading& reading, Statement const& block);

}  // namespace drover::config
