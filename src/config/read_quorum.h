// Words of virtual_server about its quorum.
#pragma once

#include <string_view>

#include "config/values.h"
#include "model/service.h"

namespace drover::config {

/// False when the word is none of these.
bool read_quorum_word(Reading& reading, Statement const& statement, model::Quorum& quorum);

/// When the servers are read: a quorum that all of them together do not reach is lowered to what they weigh, as in
/// keepalived, and a hysteresis that it does not exceed is none. `name` is what a sentence calls the service.
void judge_quorum(Reading& reading, Statement const& block, std::string_view name, model::Service& service);

}  // namespace drover::config
