#include "app/desired.h"

#include <algorithm>
#include <iterator>
#include <unordered_set>

namespace drover::app {

namespace {

std::string_view name(model::Forwarding forwarding) {
    switch (forwarding) {
        case model::Forwarding::direct_routing: return "DR";
        case model::Forwarding::nat: return "NAT";
        case model::Forwarding::tunnel: return "TUN";
        case model::Forwarding::reflect: return "REFLECT";
    }
    return "?";
}

using Health = std::function<Pooled(ServiceKey const&, Endpoint const&)>;

std::vector<Prefix> of_family(std::vector<Prefix> const& prefixes, Family family) {
    std::vector<Prefix> fitting;
    std::ranges::copy_if(prefixes, std::back_inserter(fitting),
                         [&](Prefix const& prefix) { return prefix.address.family() == family; });
    return fitting;
}

/// No prefix is left in both lists (denied is denied), and where `allow` had only what cannot count here, it still allows
/// nothing else.
void fill_sources(model::Service const& service, Family family, model::DesiredService& desired) {
    desired.deny = of_family(service.deny, family);
    desired.allow = of_family(service.allow, family);
    std::erase_if(desired.allow, [&](Prefix const& prefix) {
        return std::ranges::find(desired.deny, prefix) != desired.deny.end();
    });
    if (!service.allow.empty() && desired.allow.empty())
        desired.deny = {{family == Family::v4 ? Address::v4(0) : Address{}, 0}};
}

/// The servers of the service's family. Direct routing leaves the port alone: in a group a server has the port of each
/// member, whatever port it is checked at. One that stands in the configuration with this very port comes before one of
/// the same address with another.
std::vector<model::RealServer const*> servers_for(model::Service const& service, Endpoint const& vip) {
    std::vector<model::RealServer const*> servers;
    std::unordered_set<Address> taken;
    auto const take = [&](bool with_this_port) {
        for (auto const& server : service.servers)
            if (server.endpoint.address.family() == vip.address.family() &&
                (server.endpoint.port == vip.port) == with_this_port && taken.insert(server.endpoint.address).second)
                servers.push_back(&server);
    };
    take(true);
    take(false);
    return servers;
}

void fill_servers(model::Service const& service, Health const& health, model::DesiredService& desired) {
    auto const& vip = desired.key.endpoint;
    for (auto const* const server : servers_for(service, vip)) {
        auto const pooled = health(service.key, server->endpoint);
        if (pooled.in_pool || pooled.quiesced)
            desired.servers.push_back({{server->endpoint.address, vip.port},
                                       pooled.quiesced ? 0 : server->weight,
                                       server->upper_threshold,
                                       server->lower_threshold});
    }
}

/// `key` is the service's own, or that of a member of its group.
model::DesiredService desired_service(model::Service const& service, ServiceKey const& key, std::string instance,
                                      Health const& health) {
    auto const family = key.endpoint.address.family();
    model::DesiredService desired;
    desired.key = key;
    desired.scheduler = service.scheduler;
    desired.flags = service.flags;
    desired.one_packet = service.one_packet;
    desired.behaviour = service.behaviour;
    desired.persistence_timeout = service.persistence_timeout;
    // The granularity was read for the family of the first member.
    desired.persistence_prefix = family == service.key.endpoint.address.family() ? service.persistence_prefix
                                                                                 : Prefix::host(key.endpoint.address).length;
    desired.instance = std::move(instance);
    fill_sources(service, family, desired);
    fill_servers(service, health, desired);
    return desired;
}

std::unordered_map<Address, std::string> holders(model::Configuration const& configuration) {
    std::unordered_map<Address, std::string> instances;
    for (auto const& instance : configuration.instances)
        for (auto const* const list : {&instance.addresses, &instance.excluded})
            for (auto const& address : *list) instances.emplace(address.prefix.address, instance.name);
    return instances;
}

}  // namespace

std::string why_refused(model::Service const& service) {
    if (service.forwarding != model::Forwarding::direct_routing)
        return "lb_kind " + std::string(name(service.forwarding)) + " is not carried out yet, only DR is";
    return {};
}

std::vector<ServiceKey> keys_of(model::Service const& service) {
    return service.group.empty() ? std::vector{service.key} : service.group;
}

DesiredState desired_state(model::Configuration const& configuration, Health const& health) {
    DesiredState state;
    state.desired.timeouts = configuration.global.timeouts;
    state.desired.limits = configuration.global.limits;
    auto const instances = holders(configuration);
    std::unordered_set<ServiceKey> seen;
    for (auto const& service : configuration.services) {
        if (auto const why = why_refused(service); !why.empty()) {
            auto const where = service.origin.text();
            state.refused.push_back((where.empty() ? "" : where + ": ") + "virtual_server " +
                                    service.key.keepalived_text() + " is left out: " + why);
            continue;
        }
        for (auto const& key : keys_of(service)) {
            if (!seen.insert(key).second) continue;  // config says which of two counts
            auto const holder = instances.find(key.endpoint.address);
            state.desired.services.push_back(desired_service(
                service, key, holder == instances.end() ? std::string{} : holder->second, health));
            if (service.slow_start > 0 && model::has_slow_start(service.scheduler))
                state.slow_starts.emplace(key, std::chrono::seconds(service.slow_start));
        }
    }
    return state;
}

}  // namespace drover::app
