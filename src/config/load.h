// A configuration file as a value, with everything that is to be said about it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "config/diagnostic.h"
#include "config/environment.h"
#include "model/configuration.h"

namespace drover::config {

struct Loaded {
    model::Configuration configuration;
    std::vector<Diagnostic> diagnostics;  ///< in the order of the files, each once
    int exit_code = clean;                ///< ExitCode
    /// missing_argument and cannot_run: keepalived would not start with this file.
    bool usable() const { return exit_code != missing_argument && exit_code != cannot_run; }
    /// No block is left open at its end: else it may be a file of which half is written.
    bool whole() const { return std::ranges::find(diagnostics, "unclosed-block", &Diagnostic::code) == diagnostics.end(); }
};

/// How far variables, ~SEQ and include may blow a file up before the rest is left out (with an error, cannot_run).
struct Limits {
    std::size_t lines = 4'000'000;
    std::size_t bytes = std::size_t{256} << 20;
    int depth = 32;  ///< of includes in includes, and of variables in variables
};

/// Never throws, never hangs, whatever the bytes; what is wrong is in the diagnostics.
///
/// Left out of the configuration, with a warning each kind: services that this version does not carry out (NAT, TUN,
/// fwmark).
Loaded load(std::string const& path, FileSource& files, Host const& host, Limits const& limits = {});

}  // namespace drover::config
