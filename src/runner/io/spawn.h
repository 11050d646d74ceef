// Starts one script as a process.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/result.h"
#include "loop/io/fd.h"
#include "runner/io/account.h"

namespace drover::runner {

struct Spawned {
    pid_t pid = -1;   ///< also its process group
    loop::Fd output;  ///< read end, non-blocking, of its standard output and error
};

/// In a process group of its own, standard input from /dev/null, as `account`, with the caller's environment but
/// without IFS, LD_PRELOAD and LD_LIBRARY_PATH (as keepalived 2.4), default signals, no descriptor but 0, 1 and 2. A
/// file without "#!" is run by /bin/sh. Returns once the program runs; the error is half a sentence. Forks: only for a
/// process with one thread.
Result<Spawned> spawn(std::string const& program, std::vector<std::string> const& argv, Account const& account);

}  // namespace drover::runner
