// `drover cleanup`: what a daemon that died has left - VIPs on interfaces, open gates, the packet path, offloads that it
// switched off - is undone.
#pragma once

#include <string>

namespace drover::app {

struct CleanupOptions {
    std::string configuration;  ///< whose VIPs
    std::string config_id;
    std::string pin_directory = "/sys/fs/bpf/drover";
    /// Only if the dead daemon's last advert is so old (three intervals) that peers have taken over; and the packet path
    /// with its connections stays for the next daemon. For ExecStopPost=, which runs before a restart, too.
    bool stale = false;
};

/// Exit status: 0 done or nothing to do, 1 a daemon is running or something could not be removed (standard error says
/// what), 4 the configuration cannot be read.
int cleanup(CleanupOptions const& options);

}  // namespace drover::app
