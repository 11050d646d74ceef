// Who is told of changes by mail, and through which server.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"

namespace drover::model {

struct MailSettings {
    std::vector<std::string> to;     ///< notification_email; empty: no mail is sent
    std::string from;                ///< notification_email_from; empty: root at this host
    std::string server;              ///< smtp_server, a name or an address; empty: no mail is sent
    std::uint16_t port = 25;
    std::string helo_name;           ///< empty: the host name
    Duration connect_timeout = 30s;  ///< also for each answer of the server
    bool faults = true;              ///< false (no_email_faults): a change to FAULT sends none
    bool each_check = true;          ///< false (no_checker_emails): of a server's checks only the one that changes its state
    std::optional<bool> alert, alert_vrrp, alert_checker;  ///< of objects that do not say themselves
    bool operator==(MailSettings const&) const = default;
};

}  // namespace drover::model
