// Words of an instance that global_defs has, too, for all instances and with `vrrp_` in front.
#pragma once

#include <string_view>

#include "config/values.h"
#include "model/instance.h"

namespace drover::config {

/// False when the word, without `prefix`, is none of these.
bool read_shared_word(Reading& reading, Statement const& statement, std::string_view prefix, model::Instance& instance);

}  // namespace drover::config
