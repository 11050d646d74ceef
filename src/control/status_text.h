// What `drover status` and `drover conns` show a person.
#pragma once

#include <string>

#include "control/look.h"
#include "control/status.h"

namespace drover::control {

/// One screen: who answers, instances, services with their servers, the packet path, what an operator should know.
/// Whole lines without trailing blanks.
std::string status_text(Status const& status, Look const& look);

/// The heading of the connection table, and one row of it.
std::string connections_heading(Look const& look);
std::string connection_text(model::ConnectionRow const& row, Look const& look);

}  // namespace drover::control
