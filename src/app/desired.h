// Configuration, live changes and health worked into one desired state of the data plane.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/time.h"
#include "live/table.h"
#include "model/configuration.h"
#include "model/desired.h"

namespace drover::app {

/// What the health checks say of a server of a service.
struct Pooled {
    bool in_pool = true;     ///< false: it gets nothing, not even the packets of its connections
    bool quiesced = false;   ///< inhibit_on_failure: weight 0 instead of leaving
};

/// Asked for what the configuration names: the first member of a group, and the server's own port.
using Health = std::function<Pooled(ServiceKey const&, Endpoint const&)>;

/// A service that the configuration stands for, by itself or as a member of a virtual_server_group.
struct ConfiguredService {
    model::DesiredService desired;   ///< with all its servers and their full weights
    ServiceKey checked_as;           ///< by which its checks are known
    std::vector<Endpoint> checked;   ///< of each server in turn, by which its checks are known
    Duration slow_start{0};          ///< 0: none
};

/// What the configuration says of the data plane, before anything else is worked in.
struct ConfiguredState {
    model::Timeouts timeouts;
    model::Limits limits;
    model::Behaviour behaviour;                         ///< of services that do not say otherwise
    std::vector<ConfiguredService> services;            ///< no two of one key
    std::vector<std::string> refused;                   ///< a sentence for each service that is left out, and why
    std::unordered_map<Address, std::string> instances; ///< which instance holds a VIP
    std::unordered_map<ServiceKey, std::size_t> places = {};  ///< of each in `services`
};

ConfiguredState configured_state(model::Configuration const& configuration);

/// As live commands see it.
live::Configured as_configured(ConfiguredState const& state);

struct DesiredState {
    model::Desired desired;
    std::unordered_map<ServiceKey, Duration> slow_starts;  ///< services with slow_start; their weights here are the full ones
};

/// Checks act on configured servers, whatever weight a command gave them; servers that only a command knows have none.
DesiredState desired_state(ConfiguredState const& configured, live::Table const& table, Health const& health);

/// What one service shall be; nothing: it shall not be there.
std::optional<model::DesiredService> desired_service(ConfiguredState const& configured, live::Table const& table,
                                                     Health const& health, ServiceKey const& key);

/// Why this version cannot serve the service; empty: it can.
std::string why_refused(model::Service const& service);

/// The services that it stands for: itself, or each member of its group.
std::vector<ServiceKey> keys_of(model::Service const& service);

}  // namespace drover::app
