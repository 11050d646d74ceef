#include "app/interfaces.h"

#include <algorithm>
#include <unordered_set>

#include "app/desired.h"

namespace drover::app {

namespace {

std::set<std::string> named_in(model::Configuration const& configuration) {
    std::set<std::string> names;
    for (auto const& instance : configuration.instances) {
        names.insert(instance.interface);
        for (auto const* list : {&instance.addresses, &instance.excluded})
            for (auto const& address : *list)
                if (!address.device.empty()) names.insert(address.device);
    }
    return names;
}

/// VIPs that are under no instance are set by somebody else: where they are, their packets come in.
std::set<int> carrying_vips(model::Configuration const& configuration, HostNetwork const& host) {
    std::unordered_set<Address> vips;
    for (auto const& service : configuration.services)
        for (auto const& key : keys_of(service)) vips.insert(key.endpoint.address);
    std::set<int> found;
    for (auto const& address : host.addresses)
        if (vips.contains(address.prefix.address)) found.insert(address.ifindex);
    return found;
}

/// Default routes of the families that there are services of.
std::set<int> towards_clients(model::Configuration const& configuration, HostNetwork const& host) {
    std::set<Family> families;
    for (auto const& service : configuration.services)
        for (auto const& key : keys_of(service)) families.insert(key.endpoint.address.family());
    std::set<int> found;
    for (auto const& route : host.routes)
        if (route.destination.length == 0 && families.contains(route.destination.address.family()) &&
            route.table == netlink::main_table && route.oif != 0)
            found.insert(route.oif);
    return found;
}

bool is_virtual_router(model::Configuration const& configuration, netlink::Link const& link) {
    return std::ranges::any_of(configuration.instances, [&](model::Instance const& instance) {
        return instance.vmac && instance.vmac->interface == link.name;
    });
}

std::string why_not(netlink::Link const& link) {
    if (link.loopback) return "it is the loopback interface";
    if (!link.ethernet) return "it is not an Ethernet interface";
    if (link.kind == "vlan" || link.kind == "bond" || link.kind == "bridge")
        return "a " + link.kind + " device is not supported yet";
    return {};
}

}  // namespace

std::vector<std::uint8_t> virtual_routers_on(model::Configuration const& configuration, std::string const& interface) {
    std::vector<std::uint8_t> vrids;
    for (auto const& instance : configuration.instances)
        if (instance.vmac && instance.interface == interface) vrids.push_back(instance.virtual_router_id);
    return vrids;
}

WantedInterfaces wanted_interfaces(model::Configuration const& configuration, HostNetwork const& host,
                                   std::set<int> const& to_servers) {
    auto const names = named_in(configuration);
    auto indexes = to_servers;
    indexes.merge(carrying_vips(configuration, host));
    indexes.merge(towards_clients(configuration, host));

    WantedInterfaces wanted;
    for (auto const& link : host.links) {
        // Its frames come in by the interface it stands on.
        if (is_virtual_router(configuration, link)) continue;
        bool const named = names.contains(link.name);
        if (!named && !indexes.contains(link.index)) continue;
        auto const why = why_not(link);
        if (why.empty())
            wanted.links.push_back(link);
        else if (!link.loopback || named)
            wanted.notes.push_back("packets on " + link.name + " are not balanced: " + why);
    }
    for (auto const& name : names)
        if (std::ranges::none_of(host.links, [&](auto const& link) { return link.name == name; }))
            wanted.notes.push_back("interface " + name + " does not exist: packets on it are balanced when it appears");
    return wanted;
}

}  // namespace drover::app
