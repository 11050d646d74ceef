// virtual_server and real_server: from statements to the model.
#pragma once

#include <optional>

#include "config/values.h"
#include "model/service.h"

namespace drover::config {

/// Nothing for a service that cannot be (said then) or that this version does not carry out (said once for each kind).
std::optional<model::Service> read_service(Reading& reading, Statement const& block);

/// The lines of a virtual_server_group, which are not carried out yet: only what keepalived complains of is said.
void check_server_group(Reading& reading, Statement const& group);

}  // namespace drover::config
