// virtual_server: from statements to the model.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "config/read_group.h"
#include "config/values.h"
#include "model/global.h"
#include "model/service.h"

namespace drover::config {

/// Blocks that is_addition() (config/read_own.h), by their key_text().
using Additions = std::unordered_map<std::string, std::vector<Statement const*>>;

/// What stands elsewhere and counts for every virtual_server.
struct ServiceSurroundings {
    model::Global const& global;
    ServerGroups const& groups;
    Additions const& additions;
};

/// Nothing for a service that cannot be (said then) or that this version does not carry out (said once for each kind).
std::optional<model::Service> read_service(Reading& reading, Statement const& block, ServiceSurroundings const& around);

/// Which service a virtual_server is about, its protocol apart: "10.0.0.1:80", "group G"; empty: none.
std::string key_text(Statement const& block);
/// "TCP", in capitals however it is written; empty: it names none.
std::string protocol_text(Statement const& block);

}  // namespace drover::config
