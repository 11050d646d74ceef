// Everything a person types. Called as `ipvsadm` or `lvs-dr` (a symbolic link) it is that program.
#pragma once

#include <functional>

#include "app/cleanup.h"
#include "app/run_options.h"

namespace drover::cli {

/// The whole program but the daemon, which is handed in: cli/ stands beside app/, not on it. Returns the exit code.
struct Daemon {
    std::function<int(app::RunOptions const&)> run;
    std::function<int(app::CleanupOptions const&)> cleanup;
    std::function<int(app::RunOptions const&)> try_out;
};
int main(int argc, char const* const* argv, Daemon const& daemon);

}  // namespace drover::cli
