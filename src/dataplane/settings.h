// What holds for all services: timeouts and limits, as the settings record has them (contract.h), in ticks.
#pragma once

#include <optional>

#include "bpf/contract.h"
#include "dataplane/ticks.h"
#include "model/desired.h"

namespace drover::dataplane {

void write_timeouts(contract::settings& settings, Ticks ticks, model::Timeouts const& timeouts);
/// Nothing in a fresh record.
std::optional<model::Timeouts> read_timeouts(contract::settings const& settings, Ticks ticks);

void write_limits(contract::settings& settings, Ticks ticks, model::Limits const& limits);
model::Limits read_limits(contract::settings const& settings, Ticks ticks);

}  // namespace drover::dataplane
