// virtual_server and its real_servers.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/endpoint.h"
#include "base/time.h"
#include "model/check.h"
#include "model/origin.h"
#include "model/script.h"

namespace drover::model {

enum class Scheduler { rr, wrr, lc, wlc, lblc, lblcr, dh, sh, sed, nq, fo, ovf, mh, twos };

/// "rr", "wrr", ...: the word of keepalived and ipvsadm.
std::string_view name(Scheduler scheduler);
std::optional<Scheduler> scheduler_named(std::string_view word);
/// Whether this version can carry it out; a service with another one is refused with a sentence.
bool is_supported(Scheduler scheduler);

enum class Forwarding { direct_routing, nat, tunnel };

struct RealServer {
    Endpoint endpoint;
    std::int32_t weight = 1;  ///< 0: no new connections, the old ones go on
    bool inhibit_on_failure = false;
    Script notify_up, notify_down;
    std::vector<Check> checks;  ///< in service while none of them fails; without any: always
    Origin origin;
    bool operator==(RealServer const&) const = default;
};

struct Service {
    ServiceKey key;
    Scheduler scheduler = Scheduler::wlc;
    Forwarding forwarding = Forwarding::direct_routing;
    std::uint32_t persistence_timeout = 0;  ///< seconds; 0: not persistent; 1..2678400
    std::uint8_t persistence_prefix = 32;   ///< persistence_granularity, as a prefix length of the client's address
    std::vector<RealServer> servers;
    Script quorum_up, quorum_down;
    Origin origin;
    bool operator==(Service const&) const = default;
};

}  // namespace drover::model
