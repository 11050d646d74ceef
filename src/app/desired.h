// Configuration and health worked into one desired state of the data plane.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "model/configuration.h"
#include "model/desired.h"

namespace drover::app {

/// What the health checks say of a server of a service.
struct Pooled {
    bool in_pool = true;     ///< false: it gets nothing, not even the packets of its connections
    bool quiesced = false;   ///< inhibit_on_failure: weight 0 instead of leaving
};

struct DesiredState {
    model::Desired desired;
    std::vector<std::string> refused;  ///< a sentence for each service that is left out, and why
};

DesiredState desired_state(model::Configuration const& configuration,
                           std::function<Pooled(ServiceKey const&, Endpoint const&)> const& health);

/// Why this version cannot serve the service; empty: it can.
std::string why_refused(model::Service const& service);

/// The vrrp_instance that holds the VIP; empty: none does, and the service is scheduled at all times.
std::string instance_of(model::Configuration const& configuration, Address const& vip);

}  // namespace drover::app
