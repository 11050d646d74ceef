// A configuration file as a value, with everything that is to be said about it.
#pragma once

#include <string>
#include <vector>

#include "config/diagnostic.h"
#include "config/environment.h"
#include "model/configuration.h"

namespace drover::config {

struct Loaded {
    model::Configuration configuration;
    std::vector<Diagnostic> diagnostics;  ///< in the order of the file
    int exit_code = clean;                ///< ExitCode
};

/// Never fails otherwise than by its exit code: missing_argument and cannot_run mean that the configuration must not be used.
/// Notes do not count: a file on which there are only notes is clean.
Loaded load(std::string const& path, FileSource& files, Host const& host);

}  // namespace drover::config
