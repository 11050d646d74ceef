// /etc/drover/real.conf: which VIPs this real server serves. One setting a line, NAME=VALUE:
//
//   # the farm's public address
//   VIP=172.51.97.175
//   VIP=172.51.97.176
//   DEV=eth0
//
// VIP may stand several times, and may hold several addresses between blanks or commas; DEV likewise (it may be left
// out: every Ethernet interface that is up). A value may be in quotes. Empty lines and what follows a # are left out.
// A shell can read the file too (`. /etc/drover/real.conf`), but then only the last line of a name counts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/result.h"

namespace drover::real {

struct Configuration {
    std::vector<Address> vips;
    std::vector<std::string> devices;
};

/// `path` is for the error: "/etc/drover/real.conf:3: 'VPI' is no setting: VIP or DEV".
Result<Configuration> parse_configuration(std::string_view text, std::string_view path);

}  // namespace drover::real
