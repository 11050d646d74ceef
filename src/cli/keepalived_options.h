// keepalived's options that mean nothing to drover: accepted, so that the old command line starts, and named.
#pragma once

#include <array>

namespace drover::cli {

struct IdleOption {
    char const* names;  ///< as CLI11 takes them
    bool has_value;
    char const* remark;  ///< why it has no effect
};

inline constexpr std::array idle_options{
    IdleOption{"-B,--no_bfd", false, "there is no BFD in drover yet"},
    IdleOption{"--all", false, "there are no child processes to choose from"},
    IdleOption{"-u,--umask", true, "drover sets the mode of each file it makes"},
    IdleOption{"-X,--release-vips", false, "VIPs are always given up on a clean stop"},
    IdleOption{"-V,--dont-release-vrrp", false, "VIPs are always given up on a clean stop"},
    IdleOption{"-I,--dont-release-ipvs", false, "the packet path is no part of the kernel's IPVS"},
    IdleOption{"-R,--dont-respawn", false, "there are no child processes to respawn"},
    IdleOption{"-b,--bfd_pid", true, "there is no BFD in drover yet"},
    IdleOption{"-g,--log-file", true, "log lines go to syslog, the journal or the console (--log)"},
    IdleOption{"--flush-log-file", false, "log lines go to syslog, the journal or the console (--log)"},
    IdleOption{"-N,--no-mem-check", false, "there is no memory check to switch off"},
    IdleOption{"-a,--address-monitoring", false, "address changes are not logged"},
    IdleOption{"-x,--snmp", false, "there is no SNMP in drover yet"},
    IdleOption{"-A,--snmp-agent-socket", true, "there is no SNMP in drover yet"},
    IdleOption{"-m,--core-dump", false, "core dumps are the business of systemd or ulimit"},
    IdleOption{"-M,--core-dump-pattern", true, "core dumps are the business of systemd or ulimit"},
    IdleOption{"-e,--all-config", false, "a missing include is always named"},
};

/// What --signum prints for each function, as keepalived 2.2.7 does.
struct SignalOfFunction {
    char const* function;
    int number;
};

inline constexpr std::array signals_of_functions{
    SignalOfFunction{"STOP", 15},  SignalOfFunction{"RELOAD", 1},       SignalOfFunction{"DATA", 10},
    SignalOfFunction{"STATS", 12}, SignalOfFunction{"STATS_CLEAR", 63}, SignalOfFunction{"JSON", 36},
};

}  // namespace drover::cli
