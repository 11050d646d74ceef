#include "app/desired.h"

#include <algorithm>
#include <iterator>
#include <unordered_set>

#include "live/rows.h"

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

/// `key` is the service's own, or that of a member of its group.
ConfiguredService configured_service(model::Service const& service, ServiceKey const& key, std::string instance) {
    auto const family = key.endpoint.address.family();
    ConfiguredService configured;
    configured.checked_as = service.key;
    configured.slow_start = std::chrono::seconds(service.slow_start);
    auto& desired = configured.desired;
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
    for (auto const* const server : servers_for(service, key.endpoint)) {
        configured.checked.push_back(server->endpoint);
        desired.servers.push_back({{server->endpoint.address, key.endpoint.port},
                                   server->weight,
                                   server->upper_threshold,
                                   server->lower_threshold});
    }
    return configured;
}

std::unordered_map<Address, std::string> holders(model::Configuration const& configuration) {
    std::unordered_map<Address, std::string> instances;
    for (auto const& instance : configuration.instances)
        for (auto const* const list : {&instance.addresses, &instance.excluded})
            for (auto const& address : *list) instances.emplace(address.prefix.address, instance.name);
    return instances;
}

std::string instance_of(ConfiguredState const& state, ServiceKey const& key) {
    auto const holder = state.instances.find(key.endpoint.address);
    return holder == state.instances.end() ? std::string{} : holder->second;
}

/// What ipvsadm can say of a service; the rest of it is the configuration's.
void overwrite(model::LiveService const& live, model::DesiredService& desired) {
    desired.scheduler = model::scheduler_named(live.scheduler).value_or(model::Scheduler::none);
    desired.flags = live.flags;
    desired.flags.third = false;
    desired.one_packet = live.one_packet;
    desired.persistence_timeout = live.persistence_timeout;
    desired.persistence_prefix = live::prefix_length(live).value_or(Prefix::host(desired.key.endpoint.address).length);
}

model::DesiredServer desired_server(model::LiveServer const& server) {
    return {server.endpoint, server.weight, server.upper_threshold, server.lower_threshold};
}

/// Servers that no configuration knows, in the order in which they were added.
void add_made_servers(live::Service const& live, model::DesiredService& desired) {
    for (auto const& change : live.server_changes())
        if (change.now && live.configured_server(change.endpoint) == nullptr)
            desired.servers.push_back(desired_server(*change.now));
}

/// `live` may be null: nobody has ever changed anything.
model::DesiredService merged(ConfiguredService const& configured, live::Service const* live, Health const& health) {
    auto desired = configured.desired;
    if (live != nullptr && live->change()) overwrite(*live->now(), desired);
    bool const is_changed = live != nullptr && !live->server_changes().empty();
    desired.servers.clear();
    for (std::size_t i = 0; i < configured.checked.size(); ++i) {
        auto server = configured.desired.servers[i];
        if (is_changed) {
            auto const* const now = live->server(server.endpoint);
            if (now == nullptr) continue;
            server = desired_server(*now);
        }
        auto const pooled = health(configured.checked_as, configured.checked[i]);
        if (!pooled.in_pool && !pooled.quiesced) continue;
        if (pooled.quiesced) server.weight = 0;
        desired.servers.push_back(server);
    }
    if (is_changed) add_made_servers(*live, desired);
    return desired;
}

/// A service that no configuration knows.
model::DesiredService made(ConfiguredState const& configured, live::Service const& live) {
    model::DesiredService desired;
    desired.key = live.name().key;
    desired.behaviour = configured.behaviour;
    desired.instance = instance_of(configured, desired.key);
    overwrite(*live.now(), desired);
    add_made_servers(live, desired);
    return desired;
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

ConfiguredState configured_state(model::Configuration const& configuration) {
    ConfiguredState state{configuration.global.timeouts, configuration.global.limits, configuration.global.behaviour, {}, {},
                          holders(configuration)};
    for (auto const& service : configuration.services) {
        if (auto const why = why_refused(service); !why.empty()) {
            auto const where = service.origin.text();
            state.refused.push_back((where.empty() ? "" : where + ": ") + "virtual_server " +
                                    service.key.keepalived_text() + " is left out: " + why);
            continue;
        }
        for (auto const& key : keys_of(service))
            if (state.places.emplace(key, state.services.size()).second)  // config says which of two counts
                state.services.push_back(configured_service(service, key, instance_of(state, key)));
    }
    return state;
}

live::Configured as_configured(ConfiguredState const& state) {
    live::Configured configured{state.timeouts, {}};
    configured.services.reserve(state.services.size());
    for (auto const& service : state.services) {
        auto const& desired = service.desired;
        auto& seen = configured.services.emplace_back();
        seen.service = {.name = {desired.key},
                        .scheduler = std::string(model::name(desired.scheduler)),
                        .flags = desired.flags,
                        .one_packet = desired.one_packet,
                        .persistence_timeout = desired.persistence_timeout,
                        .persistence_mask =
                            live::persistence_mask(desired.key.endpoint.address.family(), desired.persistence_prefix)};
        seen.servers.reserve(desired.servers.size());
        for (auto const& server : desired.servers)
            seen.servers.push_back({.endpoint = server.endpoint,
                                    .weight = server.weight,
                                    .upper_threshold = server.upper_threshold,
                                    .lower_threshold = server.lower_threshold});
    }
    return configured;
}

DesiredState desired_state(ConfiguredState const& configured, live::Table const& table, Health const& health) {
    DesiredState state;
    state.desired.timeouts = table.timeouts();
    state.desired.limits = configured.limits;
    state.desired.services.reserve(configured.services.size());
    for (auto const& service : configured.services) {
        auto const* const live = table.find({service.desired.key});
        if (live != nullptr && live->now() == nullptr) continue;
        state.desired.services.push_back(merged(service, live, health));
        auto const& merged = state.desired.services.back();
        if (service.slow_start > Duration{0} && model::has_slow_start(merged.scheduler))
            state.slow_starts.emplace(merged.key, service.slow_start);
    }
    for (auto const* const live : table.services())
        if (!live->configured() && live->name().fwmark == 0) state.desired.services.push_back(made(configured, *live));
    return state;
}

std::optional<model::DesiredService> desired_service(ConfiguredState const& configured, live::Table const& table,
                                                     Health const& health, ServiceKey const& key) {
    auto const* const live = table.find({key});
    auto const place = configured.places.find(key);
    if (live != nullptr && live->now() == nullptr) return std::nullopt;
    if (place != configured.places.end()) return merged(configured.services[place->second], live, health);
    if (live == nullptr) return std::nullopt;
    return made(configured, *live);
}

}  // namespace drover::app
