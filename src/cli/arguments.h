// argv as a request. Reading it does nothing else: no output, no exit.
#pragma once

#include <span>
#include <string>
#include <variant>
#include <vector>

#include "app/cleanup.h"
#include "app/run_options.h"
#include "base/address.h"

namespace drover::cli {

struct RunRequest {
    app::RunOptions options;
    std::vector<std::string> remarks;  ///< options that are accepted and have no effect, a sentence each
};

struct CheckRequest {
    std::vector<std::string> files;
    std::string config_id;
    bool strict = false;
    bool json = false;
    std::string log_file;  ///< what is said is added to it instead of printed; empty: printed
};

struct StatusRequest {
    std::string socket;
    bool json = false;
};

struct ConnsRequest {
    std::string socket;
    bool json = false;
};

struct ReloadRequest {
    std::string socket;
    bool json = false;
    bool discard_changes = false;  ///< also end what live commands have changed on configured services
};

struct HandoverRequest {
    std::string socket;
    bool json = false;
    bool only_ask = false;
    std::vector<std::string> instances;  ///< none: all that are MASTER
};

struct UpgradeRequest {
    std::string socket;
    std::string binary;  ///< empty: where the daemon's own is on disk
};

/// Of the daemon, to the binary that shall take its place.
struct TrialRequest {
    app::RunOptions options;  ///< the daemon's
};

struct CleanupRequest {
    app::CleanupOptions options;
};

struct IpvsadmRequest {
    std::string socket;
    std::vector<std::string> words;
};

struct RealRequest {
    std::string verb;  ///< start, stop, restart or status
    std::vector<Address> vips;
    std::vector<std::string> devices;
    std::string state_file;          ///< empty: the default
    std::string configuration_file;  ///< empty: the default
};

/// Help, the version, or what is wrong with the arguments.
struct Text {
    std::string text;
    int exit_code = 0;
    bool is_error() const { return exit_code != 0; }
};

using Request = std::variant<RunRequest, CheckRequest, StatusRequest, ConnsRequest, ReloadRequest, HandoverRequest,
                             UpgradeRequest, TrialRequest, IpvsadmRequest, CleanupRequest, RealRequest, Text>;

/// `words` without the program's name. Environment: DROVER_SOCKET, DROVER_PIN_DIR, JOURNAL_STREAM.
Request read_arguments(std::span<std::string const> words);

/// DROVER_SOCKET, else the default.
std::string default_socket();

}  // namespace drover::cli
