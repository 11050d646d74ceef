// The JSON that goes over the control socket, both ways. Field names are snake_case, times RFC 3339 in UTC, durations
// whole seconds, counters integers up to 2^53 and decimal strings above (a double cannot hold them). Only additions are
// made within /v1: readers ignore fields they do not know, and name the one they miss.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "control/status.h"
#include "model/observed.h"

namespace drover::control {

std::string to_json(Status const& status);
std::string to_json(model::DataplaneObserved const& dataplane);
std::string to_json(ReloadReport const& report);
std::string to_json(ZeroReport const& report);
std::string to_json(Problem const& problem);
/// One line without its newline (NDJSON).
std::string to_json(model::ConnectionRow const& row);

/// The error says what is wrong with the text, for instance "field `weight` is missing".
Result<Status> status_from_json(std::string_view text);
Result<model::DataplaneObserved> dataplane_from_json(std::string_view text);
Result<ReloadReport> reload_report_from_json(std::string_view text);
Result<Problem> problem_from_json(std::string_view text);
Result<model::ConnectionRow> connection_from_json(std::string_view text);

}  // namespace drover::control
