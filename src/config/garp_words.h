// garp_master_delay and its kin, which stand in global_defs with a vrrp_ in front, and in vrrp_instance.
#pragma once

#include <string_view>

#include "config/values.h"
#include "model/instance.h"

namespace drover::config {

/// False: the statement is about something else.
bool read_garp_word(Reading& reading, Statement const& statement, std::string_view prefix, model::GarpSchedule& garp);

}  // namespace drover::config
