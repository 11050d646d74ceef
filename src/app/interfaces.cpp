#include "app/interfaces.h"

#include <algorithm>

namespace drover::app {

namespace {

/// VIPs that are under no instance are set by somebody else: where they are, their packets come in.
std::set<int> carrying_vips(NetworkNeeds const& needs, HostNetwork const& host) {
    std::set<int> found;
    for (auto const& address : host.addresses)
        if (needs.vips.contains(address.prefix.address)) found.insert(address.ifindex);
    return found;
}

/// Families of the VIPs that are on the loopback interface and that no instance sets.
std::set<Family> families_on_loopback(NetworkNeeds const& needs, HostNetwork const& host) {
    std::set<Family> families;
    for (auto const& address : host.addresses) {
        auto const& vip = address.prefix.address;
        if (!needs.vips.contains(vip) || needs.held.contains(vip)) continue;
        auto const link = std::ranges::find(host.links, address.ifindex, &netlink::Link::index);
        if (link != host.links.end() && link->loopback) families.insert(vip.family());
    }
    return families;
}

std::set<int> towards_loopback(NetworkNeeds const& needs, HostNetwork const& host) {
    auto const families = families_on_loopback(needs, host);
    std::set<int> found;
    for (auto const& address : host.addresses)
        if (families.contains(address.prefix.address.family())) found.insert(address.ifindex);
    return found;
}

/// Default routes of the families that there are services of.
std::set<int> towards_clients(NetworkNeeds const& needs, HostNetwork const& host) {
    std::set<Family> families;
    for (auto const& vip : needs.vips) families.insert(vip.family());
    std::set<int> found;
    for (auto const& route : host.routes)
        if (route.destination.length == 0 && families.contains(route.destination.address.family()) &&
            route.table == netlink::main_table && route.oif != 0)
            found.insert(route.oif);
    return found;
}

std::string why_not(netlink::Link const& link) {
    if (link.loopback) return "it is the loopback interface";
    if (!link.ethernet) return "it is not an Ethernet interface";
    if (link.kind == "vlan" || link.kind == "bond" || link.kind == "bridge")
        return "a " + link.kind + " device is not supported yet";
    return {};
}

}  // namespace

NetworkNeeds needs_of(model::Configuration const& configuration, live::Table const& table) {
    NetworkNeeds needs;
    needs.taking = configuration.global.taking;
    for (auto const& instance : configuration.instances) {
        needs.interfaces.insert(instance.interface);
        needs.closes |= !instance.accepts;
        if (instance.vmac) {
            needs.virtual_interfaces.insert(instance.vmac->interface);
            needs.virtual_routers[instance.interface].push_back(instance.virtual_router_id);
        }
        for (auto const* list : {&instance.addresses, &instance.excluded})
            for (auto const& address : *list) {
                needs.held.insert(address.prefix.address);
                if (!address.device.empty()) needs.interfaces.insert(address.device);
            }
    }
    for (auto const* const service : table.services()) needs.add(*service);
    return needs;
}

bool NetworkNeeds::add(live::Service const& service) {
    if (service.name().fwmark != 0) return false;
    bool is_new = vips.insert(service.name().key.endpoint.address).second;
    for (auto const& server : service.configured_servers()) is_new |= servers.insert(server.endpoint.address).second;
    for (auto const& change : service.server_changes())
        if (change.now) is_new |= servers.insert(change.endpoint.address).second;
    return is_new;
}

WantedInterfaces wanted_interfaces(NetworkNeeds const& needs, HostNetwork const& host, std::set<int> const& to_servers) {
    auto const& names = needs.interfaces;
    auto indexes = to_servers;
    indexes.merge(carrying_vips(needs, host));
    indexes.merge(towards_clients(needs, host));
    indexes.merge(towards_loopback(needs, host));

    WantedInterfaces wanted;
    for (auto const& link : host.links) {
        // Its frames come in by the interface it stands on.
        if (needs.virtual_interfaces.contains(link.name)) continue;
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
