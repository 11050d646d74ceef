// On which interfaces the packet path must sit: design.md, "every Ethernet-like interface that carries an instance, a
// VIP, or a route to a real server or to clients".
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "model/configuration.h"
#include "netlink/io/address.h"
#include "netlink/io/link.h"
#include "netlink/io/route.h"

namespace drover::app {

/// What the host has, as dumped.
struct HostNetwork {
    std::vector<netlink::Link> links;
    std::vector<netlink::InterfaceAddress> addresses;
    std::vector<netlink::Route> routes;
};

struct WantedInterfaces {
    std::vector<netlink::Link> links;  ///< to attach to
    std::vector<std::string> notes;    ///< one sentence for each that was wanted and cannot be had
};

/// `to_servers`: the interfaces by which the real servers are reached (dataplane::NextHops).
WantedInterfaces wanted_interfaces(model::Configuration const& configuration, HostNetwork const& host,
                                   std::set<int> const& to_servers);

/// VRIDs of the instances whose virtual MAC address is on the interface (use_vmac).
std::vector<std::uint8_t> virtual_routers_on(model::Configuration const& configuration, std::string const& interface);

}  // namespace drover::app
