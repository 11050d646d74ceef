// Whether this binary could take the place of a daemon that runs: a process of its own, which changes nothing.
#pragma once

#include <string>
#include <vector>

#include "app/run_options.h"
#include "base/result.h"

namespace drover::app {

/// Reads the daemon's configuration and looks at its packet path, says "drover VERSION" and ends with 0; or says why
/// not on standard error.
int try_out(RunOptions const& options);

/// Has the binary do so, for a daemon with this command line (its first word is the program's name), and waits for it:
/// what it calls itself, or why it cannot.
Result<std::string> try_binary(std::string const& binary, std::vector<std::string> const& command_line);

}  // namespace drover::app
