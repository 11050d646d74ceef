// Which file the daemon reads, at the start and on every reload.
#pragma once

#include <optional>
#include <string>

#include "app/run_options.h"
#include "config/load.h"

namespace drover::app {

/// The file that was named, or the first of the usual ones that exists; nothing: none was named and none exists. Then
/// the director has the services that ipvsadm makes, and no others.
std::optional<std::string> configuration_file(RunOptions const& options);

/// Read for this host; an empty configuration where there is no file.
config::Loaded load_configuration(std::optional<std::string> const& file, std::string const& config_id);

}  // namespace drover::app
