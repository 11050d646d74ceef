// The whole of what `drover status` knows: who answers, and everything it observes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/observed.h"

namespace drover::control {

/// The daemon about itself.
struct About {
    std::string version;
    std::string host;
    std::int64_t pid = 0;
    std::string configuration_file;
    std::int64_t configuration_read_unix_us = 0;  ///< when it was last read with success
    std::int64_t started_unix_us = 0;
    std::int64_t uptime_s = 0;       ///< seconds, the host's sleep included
    std::vector<std::string> notes;  ///< one sentence each: what an operator should know and no row says
};

struct Status {
    About about;
    std::vector<model::InstanceObserved> instances;
    model::DataplaneObserved dataplane;
    std::vector<model::CheckObserved> checks;
    model::SyncObserved sync;
};

/// What a reload did.
struct ReloadReport {
    std::vector<std::string> changes;   ///< one sentence each; empty: the file says what already holds
    std::vector<std::string> warnings;  ///< what the reader of the file said, as `drover check` prints it
};

/// What `ipvsadm -Z` did.
struct ZeroReport {
    std::uint64_t services = 0;  ///< whose counters, and whose servers', were set to nought
};

struct HandoverRequest {
    std::vector<std::string> instances;  ///< none: all that are MASTER
    bool only_ask = false;               ///< whether it would be possible
};

struct UpgradeRequest {
    std::string binary;  ///< absolute; empty: where the daemon's own is on disk
};

/// How far an upgrade has come. That it is done can only be seen from `started` of the status: nobody is left to say so.
struct UpgradeReport {
    bool running = false;
    std::string version = {};  ///< what the new binary calls itself
    std::string trouble = {};  ///< why the last one was refused, a sentence
};

/// An answer that is not the thing asked for (RFC 9457).
struct Problem {
    int status = 500;    ///< HTTP status
    std::string code;    ///< a stable word: "not-found", "config-invalid", ...
    std::string title;   ///< what kind of problem
    std::string detail;  ///< one sentence about this one
};

}  // namespace drover::control
