// The log lines that operators and their scripts know from keepalived, word for word (2.x shape).
#pragma once

#include <string>

#include "base/endpoint.h"
#include "health/judge.h"
#include "model/check.h"
#include "model/service.h"

namespace drover::health {

/// "TCP_CHECK" or "HTTP_GET": the word in the configuration.
std::string check_kind(model::Check const& check);

/// The line for a judgement; empty where keepalived says nothing. `server` is keepalived's spelling, "[ip]:tcp:80".
///   TCP connection to S success. | TCP_CHECK on service S failed[ after N retries].
///   Remote Web server S succeed on service. | HTTP_CHECK on service S failed[ after N retries].
std::string judgement_line(model::Check const& check, std::string const& server, Judgement const& judgement);

/// "Removing service S from VS V", "Adding service S to VS V"; with inhibit_on_failure "Disabling|Enabling service S of
/// VS V".
std::string pool_line(model::RealServer const& server, ServiceKey const& service, bool up);

/// "Activating healthchecker for service S for VS V"
std::string activation_line(Endpoint const& server, ServiceKey const& service);

/// "Executing [PROGRAM ...] for service S in VS V"; of a quorum "Executing [PROGRAM ...] for VS V"
std::string notify_line(model::Script const& script, Endpoint const& server, ServiceKey const& service);
std::string notify_line(model::Script const& script, ServiceKey const& service);

}  // namespace drover::health
