// The difference between what the data plane holds and what it shall hold, as a value that can be counted, printed
// (`drover reload` shows it) and carried out.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "model/desired.h"

namespace drover::plan {

struct SetTimeouts {
    model::Timeouts timeouts;
};
struct SetLimits {
    model::Limits limits;
};
struct AddService {
    model::DesiredService service;
};
struct RemoveService {
    ServiceKey key;
};
/// Anything of it but its servers, which have changes of their own.
struct ChangeService {
    model::DesiredService service;
};
struct AddServer {
    ServiceKey service;
    model::DesiredServer server;
};
struct RemoveServer {
    ServiceKey service;
    Endpoint server;
};
/// Weight or thresholds; both are the same server.
struct ChangeServer {
    ServiceKey service;
    model::DesiredServer from;
    model::DesiredServer to;
};

using Change = std::variant<SetTimeouts, SetLimits, AddService, RemoveService, ChangeService, AddServer, RemoveServer,
                            ChangeServer>;

/// In the order in which they are safely carried out: what goes, goes first, so that its room can be used again.
std::vector<Change> diff(model::Desired const& is, model::Desired const& wanted);

/// "service [172.51.97.175]:tcp:80: server 172.51.96.235:80 added".
std::string describe(Change const& change);

}  // namespace drover::plan
