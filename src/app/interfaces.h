// On which interfaces the packet path must sit: design.md, "every Ethernet-like interface that carries an instance, a
// VIP, or a route to a real server or to clients". Where a VIP is on the loopback interface and under no instance, its
// packets may come in by any interface of its family.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "live/table.h"
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

/// What the host's network is needed for.
struct NetworkNeeds {
    std::set<std::string> interfaces = {};     ///< named by instances
    std::set<std::string> virtual_interfaces = {};  ///< use_vmac: where the virtual MAC addresses are
    std::map<std::string, std::vector<std::uint8_t>> virtual_routers = {};  ///< use_vmac: VRIDs by the interface below
    std::unordered_set<Address> vips = {};     ///< of all services
    std::unordered_set<Address> held = {};     ///< those that an instance sets when it is master
    std::set<Address> servers = {};
    bool closes = false;                       ///< no_accept: packets to addresses of instances are kept from the host
    std::optional<model::Taking> taking = {};  ///< asked for; nothing: the best that each interface can have
    bool operator==(NetworkNeeds const&) const = default;
    /// Without a reason the packet path sits nowhere: it costs the interface its LRO.
    bool any() const { return closes || !vips.empty(); }

    /// Also for this service. True: that was not needed before.
    bool add(live::Service const& service);
};

/// Services and servers are those of the table: configured ones, and those that live commands made.
NetworkNeeds needs_of(model::Configuration const& configuration, live::Table const& table);

struct WantedInterfaces {
    std::vector<netlink::Link> links;  ///< to attach to
    std::vector<std::string> notes;    ///< one sentence for each that was wanted and cannot be had
};

/// `to_servers`: the interfaces by which the real servers are reached (dataplane::NextHops).
WantedInterfaces wanted_interfaces(NetworkNeeds const& needs, HostNetwork const& host, std::set<int> const& to_servers);

}  // namespace drover::app
