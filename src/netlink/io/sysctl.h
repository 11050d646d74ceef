// Kernel settings below /proc/sys, of the network namespace of the calling thread.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace drover::netlink {

/// `path` is relative to /proc/sys, with slashes: "net/ipv4/ip_forward". Without the newline at its end.
Result<std::string> read_sysctl(std::string_view path);
Result<void> write_sysctl(std::string_view path, std::string_view value);

// net.ipv4.conf.<interface>.<name>, net.ipv6.conf.<interface>.<name>; an interface's name may have dots in it ("eth0.5"). `interface` may be "all" or
// "default". A name with a slash, or "." or "..", is refused (EINVAL).
Result<int> ipv4_conf(std::string_view interface, std::string_view name);
Result<void> set_ipv4_conf(std::string_view interface, std::string_view name, int value);
Result<int> ipv6_conf(std::string_view interface, std::string_view name);
Result<void> set_ipv6_conf(std::string_view interface, std::string_view name, int value);

}  // namespace drover::netlink
