// The JSON that goes over the control socket, both ways. Field names are snake_case, times RFC 3339 in UTC, durations
// whole seconds, counters integers up to 2^53 and decimal strings above (a double cannot hold them). Only additions are
// made within /v1: readers ignore fields they do not know, and name the one they miss.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "control/status.h"
#include "model/edit.h"
#include "model/live_record.h"
#include "model/observed.h"

namespace drover::control {

std::string to_json(Status const& status);
std::string to_json(model::DataplaneObserved const& dataplane);
std::string to_json(ReloadReport const& report);
std::string to_json(ZeroReport const& report);
std::string to_json(HandoverRequest const& request);
std::string to_json(model::HandoverObserved const& handover);
std::string to_json(UpgradeRequest const& request);
std::string to_json(UpgradeReport const& report);
std::string to_json(Problem const& problem);
/// One line without its newline (NDJSON).
std::string to_json(model::ConnectionRow const& row);
std::string to_json(model::LiveRecord const& record);

/// What POST /v1/edits takes: an edit a line. A service is named "tcp/10.0.0.100:80", one of a firewall mark "fwm/5" or
/// "fwm6/5"; fields that have their usual value may be missing. The error names the line.
std::string to_json(std::span<model::Edit const> edits);
Result<std::vector<model::Edit>> edits_from_json(std::string_view lines);
/// And what it answers: the refused ones, by their number from 0.
std::string to_json(std::span<model::EditOutcome const> outcomes);
Result<std::vector<model::EditOutcome>> outcomes_from_json(std::string_view text, std::size_t edits);

/// The error says what is wrong with the text, for instance "field `weight` is missing".
Result<Status> status_from_json(std::string_view text);
Result<model::DataplaneObserved> dataplane_from_json(std::string_view text);
Result<ReloadReport> reload_report_from_json(std::string_view text);
Result<HandoverRequest> handover_request_from_json(std::string_view text);
Result<model::HandoverObserved> handover_from_json(std::string_view text);
Result<UpgradeRequest> upgrade_request_from_json(std::string_view text);
Result<UpgradeReport> upgrade_report_from_json(std::string_view text);
Result<Problem> problem_from_json(std::string_view text);
Result<model::ConnectionRow> connection_from_json(std::string_view text);
Result<model::LiveRecord> live_record_from_json(std::string_view text);

}  // namespace drover::control
