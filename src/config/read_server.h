// real_server: from statements to the model.
#pragma once

#include <cstdint>
#include <optional>

#include "config/read_check.h"
#include "config/values.h"
#include "model/service.h"

namespace drover::config {

/// What virtual_server says to its servers.
struct ServerDefaults {
    CheckDefaults checks;
    std::int32_t weight = 1;
    bool inhibit_on_failure = false;
    bool smtp_alert = true;
    std::optional<Family> family;  ///< which the servers must be of; none: any
    bool own_ports = false;  ///< nothing tells the servers their port: a firewall mark, or a group without addresses
};

inline constexpr std::int64_t largest_weight = 2147483647;

/// `service` is read as far as it comes before its servers. Nothing for a server that cannot be, which is said then.
std::optional<model::RealServer> read_server(Reading& reading, Statement const& block, model::Service const& service,
                                             ServerDefaults const& defaults);

}  // namespace drover::config
