// Hosts to plan for.
#pragma once

#include <string_view>

#include "real/host.h"
#include "real/plan.h"

namespace drover::real::testing {

inline Address address(std::string_view text) { return *Address::parse(text); }

/// The seed's first real server: lo and eth0, nothing set.
inline Host web1() {
    Host host;
    host.interfaces = {{"lo", true, false, false}, {"eth0", true, true, false}};
    host.addresses = {{"lo", *Prefix::parse("127.0.0.1/8"), "lo"},
                      {"eth0", *Prefix::parse("172.51.96.235/24"), "eth0"}};
    for (auto const* interface : {"all", "lo", "eth0"})
        for (auto const& setting : arp_settings) host.sysctls.push_back({interface, std::string(setting.name), 0});
    return host;
}

inline void set(Host& host, std::string_view interface, std::string_view name, int value) {
    for (auto& sysctl : host.sysctls)
        if (sysctl.interface == interface && sysctl.name == name) sysctl.value = value;
}

/// The host after the changes.
inline Host after(Host host, std::vector<Change> const& changes) {
    for (auto const& change : changes) {
        if (auto const* const c = std::get_if<SetSysctl>(&change)) set(host, c->interface, c->name, c->value);
        if (auto const* const c = std::get_if<AddAddress>(&change))
            host.addresses.push_back({loopback, c->prefix, c->label});
        if (auto const* const c = std::get_if<DeleteAddress>(&change))
            std::erase_if(host.addresses,
                          [&](HeldAddress const& a) { return a.interface == loopback && a.prefix == c->prefix; });
        if (auto const* const c = std::get_if<SetLoopback>(&change)) host.interfaces.front().up = c->up;
    }
    return host;
}

}  // namespace drover::real::testing
