// Looks at every program that a configuration names: does it exist, can it run, who may change it.
#pragma once

#include <span>

#include "config/tree.h"
#include "config/values.h"

namespace drover::config {

/// `security_enabled`: global_defs says enable_script_security. Sync groups without a known member are left out of it,
/// as keepalived leaves them out.
void check_scripts(Reading& reading, std::span<Statement const> tree, bool security_enabled);

}  // namespace drover::config
