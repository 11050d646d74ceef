// Who runs a script that does not say so itself: script_user, else keepalived_script if the host has such a user, else
// root. Settled when the configuration is read, because asking name services may take its time.
#pragma once

#include <string>

#include "model/configuration.h"

namespace drover::app {

void fill_script_users(model::Configuration& configuration, std::string const& default_user);

}  // namespace drover::app
