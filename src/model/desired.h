// What the data plane shall hold: the configuration with health and commands already worked in. app/ makes it,
// dataplane/ carries it out; nothing in it depends on how.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/endpoint.h"
#include "model/global.h"
#include "model/service.h"

namespace drover::model {

struct DesiredServer {
    Endpoint endpoint;
    std::int32_t weight = 1;  ///< effective: 0 = quiesced; a server that shall get nothing at all is left out
    std::uint32_t upper_threshold = 0;
    std::uint32_t lower_threshold = 0;
    bool operator==(DesiredServer const&) const = default;
};

struct DesiredService {
    ServiceKey key;
    Scheduler scheduler = Scheduler::rr;
    SchedulerFlags flags;
    bool one_packet = false;
    Behaviour behaviour;
    std::uint32_t persistence_timeout = 0;  ///< seconds, 0 = none
    std::uint8_t persistence_prefix = 32;
    std::vector<Prefix> allow, deny;
    std::string instance;  ///< the vrrp_instance whose mastership opens the gate; empty: always open
    std::vector<DesiredServer> servers;
    bool operator==(DesiredService const&) const = default;
};

struct Desired {
    Timeouts timeouts;
    std::vector<DesiredService> services;
    Limits limits = {};
    bool operator==(Desired const&) const = default;
};

}  // namespace drover::model
