#include "app/desired.h"

#include <algorithm>

namespace drover::app {

namespace {

std::string_view name(model::Forwarding forwarding) {
    switch (forwarding) {
        case model::Forwarding::direct_routing: return "DR";
        case model::Forwarding::nat: return "NAT";
        case model::Forwarding::tunnel: return "TUN";
    }
    return "?";
}

model::DesiredService desired_service(model::Service const& service, std::string instance,
                                      std::function<Pooled(ServiceKey const&, Endpoint const&)> const& health) {
    model::DesiredService desired;
    desired.key = service.key;
    desired.scheduler = service.scheduler;
    desired.persistence_timeout = service.persistence_timeout;
    desired.persistence_prefix = service.persistence_prefix;
    desired.instance = std::move(instance);
    for (auto const& server : service.servers) {
        auto const pooled = health(service.key, server.endpoint);
        if (pooled.in_pool || pooled.quiesced)
            desired.servers.push_back({server.endpoint, pooled.quiesced ? 0 : server.weight});
    }
    return desired;
}

}  // namespace

std::string why_refused(model::Service const& service) {
    if (!service.key.endpoint.address.is_v4()) return "IPv6 is not carried out yet";
    if (service.key.protocol == Protocol::sctp) return "SCTP is not carried out yet";
    if (service.key.endpoint.port == 0) return "a service for all ports (port 0) is not carried out yet";
    if (service.forwarding != model::Forwarding::direct_routing)
        return "lb_kind " + std::string(name(service.forwarding)) + " is not carried out yet, only DR is";
    if (!model::is_supported(service.scheduler))
        return "lb_algo " + std::string(model::name(service.scheduler)) + " is not carried out yet, only rr and wrr are";
    for (auto const& server : service.servers)
        if (!server.endpoint.address.is_v4())
            return "real server " + server.endpoint.text() + " has an IPv6 address";
    return {};
}

std::string instance_of(model::Configuration const& configuration, Address const& vip) {
    auto const holds = [&](model::Instance const& instance) {
        auto const is_vip = [&](model::VirtualAddress const& address) { return address.prefix.address == vip; };
        return std::ranges::any_of(instance.addresses, is_vip) || std::ranges::any_of(instance.excluded, is_vip);
    };
    auto const found = std::ranges::find_if(configuration.instances, holds);
    return found == configuration.instances.end() ? std::string{} : found->name;
}

DesiredState desired_state(model::Configuration const& configuration,
                           std::function<Pooled(ServiceKey const&, Endpoint const&)> const& health) {
    DesiredState state;
    state.desired.timeouts = configuration.global.timeouts;
    for (auto const& service : configuration.services) {
        if (auto const why = why_refused(service); !why.empty()) {
            auto const where = service.origin.text();
            state.refused.push_back((where.empty() ? "" : where + ": ") + "virtual_server " +
                                    service.key.keepalived_text() + " is left out: " + why);
            continue;
        }
        auto const same = [&](model::DesiredService const& other) { return other.key == service.key; };
        if (std::ranges::any_of(state.desired.services, same)) continue;  // config says which of two counts
        state.desired.services.push_back(
            desired_service(service, instance_of(configuration, service.key.endpoint.address), health));
    }
    return state;
}

}  // namespace drover::app
