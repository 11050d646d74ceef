// virtual_server_group: addresses and ranges of addresses that share one virtual_server's real servers.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/endpoint.h"
#include "config/tree.h"
#include "config/values.h"

namespace drover::config {

/// By name. Each group's members stand in the order of the file, each once; port 0 where the line names none. Firewall
/// marks, which are not carried out yet, are left out (said once), so that a group may be without members.
using ServerGroups = std::map<std::string, std::vector<Endpoint>, std::less<>>;

/// What one group may amount to, and so what all its ranges together: as many services as the packet path has room for.
inline constexpr std::size_t most_group_members = 16383;

ServerGroups read_groups(Reading& reading, std::span<Statement const> tree);

}  // namespace drover::config
