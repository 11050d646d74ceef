// What `drover run` was told on its command line.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "base/log.h"

namespace drover::app {

/// /etc/drover/drover.conf if it exists, else /etc/keepalived/keepalived.conf, be it there or not.
inline std::string usual_configuration() {
    std::error_code ignored;
    std::string const own = "/etc/drover/drover.conf";
    return std::filesystem::exists(own, ignored) ? own : "/etc/keepalived/keepalived.conf";
}

struct RunOptions {
    std::string configuration;  ///< empty: the usual file, and none if that does not exist (configuration_file.h)
    bool foreground = false;    ///< -n: do not fork into the background
    log::Sink sink = log::Sink::syslog;
    log::Level lowest = log::Level::info;
    std::string network_namespace;  ///< -s: to run in; empty: net_namespace of the configuration, else where it is started
    bool vrrp_only = false;      ///< -P: no health checks, no virtual services
    bool checks_only = false;    ///< -C: no VRRP
    std::string pin_directory = "/sys/fs/bpf/drover";
    std::string socket = "/run/drover/drover.sock";
    std::string pid_file = "/run/drover/drover.pid";
    std::vector<std::string> more_pid_files;  ///< -r, -c, -b: of processes that are threads here; the same number
    bool dump_configuration = false;          ///< -d: what has been read goes to the log
    int syslog_facility = log::facility_daemon;
    std::string config_id;       ///< -i: for lines with @id; empty: the short host name
    std::uint64_t slots = 2 * 1024 * 1024;  ///< of a new connection table
};

/// Runs until it is told to stop; returns the exit status.
int run(RunOptions const& options);

}  // namespace drover::app
