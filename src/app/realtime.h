// Makes the calling thread run when it must: SCHED_RR, or the best the host allows.
#pragma once

#include <string>

#include "base/result.h"

namespace drover::app {

struct Scheduling {
    std::string mode;    ///< "SCHED_RR 50", "nice -20", "ordinary"
    std::string reason;  ///< why nothing better; empty for SCHED_RR
};

/// For the calling thread. Children it might ever have start as ordinary processes (SCHED_RESET_ON_FORK).
Scheduling run_in_real_time();

/// Keeps the whole process in memory, what it has and what it will get: a page fault on a loaded disk takes longer than
/// an advert interval. Call it once at start, before threads are made.
Result<void> lock_memory();

}  // namespace drover::app
