// global_defs and what else holds for the whole director.
#pragma once

#include <string>
#include <vector>

#include "base/time.h"
#include "model/script.h"

namespace drover::model {

/// IPVS's three settable timeouts (lvs_timeouts, ipvsadm --set), in seconds.
struct Timeouts {
    std::uint32_t tcp = 900;
    std::uint32_t tcpfin = 120;
    std::uint32_t udp = 300;
    bool operator==(Timeouts const&) const = default;
};

struct Global {
    std::string router_id;  ///< empty: the host name
    std::vector<std::string> notification_email;
    std::string notification_email_from;
    std::string smtp_server;
    Duration smtp_connect_timeout = 30s;
    std::string script_user;
    std::string script_group;
    bool enable_script_security = false;
    Timeouts timeouts;
    bool operator==(Global const&) const = default;
};

}  // namespace drover::model
