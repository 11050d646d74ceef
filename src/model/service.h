// virtual_server and its real_servers.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/endpoint.h"
#include "base/prefix.h"
#include "base/time.h"
#include "model/check.h"
#include "model/origin.h"
#include "model/script.h"

namespace drover::model {

enum class Scheduler {
    rr, wrr, lc, wlc, lblc, lblcr, dh, sh, sed, nq, fo, ovf, mh, twos,
    none,  ///< ipvsadm alone can say it: nothing new is scheduled
};

/// "rr", "wrr", ...: the word of keepalived and ipvsadm.
std::string_view name(Scheduler scheduler);
std::optional<Scheduler> scheduler_named(std::string_view word);
/// lc, wlc, sed, nq: a server that comes back would get every new connection, since it has none.
bool has_slow_start(Scheduler scheduler);

/// What changes a scheduler's rule; IPVS's flags, and better rules of our own that are off by default.
struct SchedulerFlags {
    bool port = false;          ///< sh-port, mh-port: the client's port is hashed, too
    bool fallback = false;      ///< sh-fallback, mh-fallback: an unusable server's clients go to others
    bool sh_even = false;       ///< own: weights are scaled to the 256 slots of sh, so that every server gets its share
    bool random_start = false;  ///< own: rr and wrr start anywhere in their turn, not at the same server on every director
    bool third = false;         ///< flag-3: no scheduler has a use for it, listings show it
    bool operator==(SchedulerFlags const&) const = default;
};

/// IPVS's sysctls that say what happens to packets, by their names and with their defaults. A service has its own copy.
struct Behaviour {
    bool expire_nodest_conn = false;         ///< connections of a removed server end at once instead of being dropped silently
    bool expire_quiescent_template = false;  ///< a template whose server has weight 0 no longer binds its client
    bool sloppy_tcp = false;                 ///< any TCP segment but a reset may begin a connection
    bool sloppy_sctp = false;                ///< the same for SCTP
    bool operator==(Behaviour const&) const = default;
};

enum class Forwarding {
    direct_routing,
    nat,
    tunnel,
    reflect,  ///< own: replies come back through the director, the request's addresses swapped
};

/// When a service stands, and whom it is told: the weights of the servers that are up, together, against a number. It is
/// news for scripts, FIFOs and mails alone; packets go to whichever server is up.
struct Quorum {
    std::uint32_t weight = 1;      ///< at least so much and it stands
    std::uint32_t hysteresis = 0;  ///< it is gained with so much more than `weight`, and lost with so much less; below `weight`
    Script up = {}, down = {};     ///< run when it is gained and lost
    bool operator==(Quorum const&) const = default;
};

struct RealServer {
    Endpoint endpoint;
    std::int32_t weight = 1;  ///< 0: no new connections, the old ones go on
    std::uint32_t upper_threshold = 0;  ///< uthreshold: from so many connections on it gets no new ones; 0: no limit
    std::uint32_t lower_threshold = 0;  ///< lthreshold: below so many it gets new ones again; 0: three quarters of the upper
    bool inhibit_on_failure = false;
    Script notify_up, notify_down;
    bool smtp_alert = true;  ///< a mail for each change of a check
    std::vector<Check> checks;  ///< in service while none of them fails; without any: always
    Origin origin;
    bool operator==(RealServer const&) const = default;
};

struct Service {
    ServiceKey key;  ///< of a virtual_server_group: of its first member; names the service in logs and to its checks
    std::vector<ServiceKey> group;  ///< virtual_server_group: every member, the first one too; else empty
    Scheduler scheduler = Scheduler::wlc;
    SchedulerFlags flags;
    bool one_packet = false;  ///< ops: every UDP packet is scheduled by itself
    Behaviour behaviour;
    Forwarding forwarding = Forwarding::direct_routing;
    std::uint32_t persistence_timeout = 0;  ///< seconds; 0: not persistent; 1..2678400
    std::uint8_t persistence_prefix = 32;   ///< persistence_granularity, as a prefix length of the client's address
    std::vector<Prefix> allow;  ///< own: sources that may begin a connection; empty: all that `deny` does not name
    std::vector<Prefix> deny;   ///< own: sources that may not; the longest prefix of both lists decides
    std::uint32_t slow_start = 0;  ///< own: seconds over which a server that comes back reaches its full weight (lc, wlc, sed, nq)
    std::vector<RealServer> servers;
    Quorum quorum;
    bool smtp_alert = false;  ///< a mail when the quorum is gained or lost
    Origin origin;
    bool operator==(Service const&) const = default;
};

}  // namespace drover::model
