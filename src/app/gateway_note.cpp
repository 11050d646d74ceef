#include "app/gateway_note.h"

#include <algorithm>

namespace drover::app {

namespace {

bool is_vip(model::Configuration const& configuration, Address const& address) {
    return std::ranges::any_of(configuration.instances, [&](model::Instance const& instance) {
        return std::ranges::any_of(instance.addresses,
                                   [&](model::VirtualAddress const& vip) { return vip.prefix.address == address; });
    });
}

bool is_on_own_network(model::Configuration const& configuration, HostNetwork const& host, Address const& gateway) {
    return std::ranges::any_of(host.addresses, [&](netlink::InterfaceAddress const& address) {
        return address.prefix.contains(gateway) && !is_vip(configuration, address.prefix.address);
    });
}

}  // namespace

std::vector<std::string> gateways_behind_vips(model::Configuration const& configuration, HostNetwork const& host) {
    std::vector<std::string> notes;
    for (auto const& route : host.routes) {
        if (!route.gateway || is_on_own_network(configuration, host, *route.gateway)) continue;
        for (auto const& instance : configuration.instances)
            for (auto const& vip : instance.addresses)
                if (vip.prefix.contains(*route.gateway))
                    notes.push_back("gateway " + route.gateway->text() + " is in the network of VIP " +
                                    vip.prefix.address.text() +
                                    " and in no other of this host: it is reachable only while this director is MASTER");
    }
    return notes;
}

}  // namespace drover::app
