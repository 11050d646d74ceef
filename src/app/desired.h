// Configuration and health worked into one desired state of the data plane.
#pragma once

#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/time.h"
#include "model/configuration.h"
#include "model/desired.h"

namespace drover::app {

/// What the health checks say of a server of a service.
struct Pooled {
    bool in_pool = true;     ///< false: it gets nothing, not even the packets of its connections
    bool quiesced = false;   ///< inhibit_on_failure: weight 0 instead of leaving
};

struct DesiredState {
    model::Desired desired;            ///< a virtual_server_group as one service for each of its members
    std::vector<std::string> refused;  ///< a sentence for each service that is left out, and why
    std::unordered_map<ServiceKey, Duration> slow_starts;  ///< services with slow_start; their weights here are the full ones
};

/// `health` is asked for what the configuration names: the first member of a group, and the server's own port.
DesiredState desired_state(model::Configuration const& configuration,
                           std::function<Pooled(ServiceKey const&, Endpoint const&)> const& health);

/// Why this version cannot serve the service; empty: it can.
std::string why_refused(model::Service const& service);

/// The services that it stands for: itself, or each member of its group.
std::vector<ServiceKey> keys_of(model::Service const& service);

}  // namespace drover::app
