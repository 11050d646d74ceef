// What the control socket answers to which request: the whole table of routes, without any transport.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/endpoint.h"
#include "control/daemon.h"

namespace drover::control {

/// The answer to one request.
struct Reply {
    int status = 200;
    std::string content_type = "application/json";
    std::string body;                               ///< when there are no rows
    std::unique_ptr<ConnectionCursor> connections;  ///< else: stream these, one JSON object a line
};

/// Called on the daemon's thread. Whatever the request says, there is an answer: an unknown path is 404, a known one
/// with another method 405; both are problem documents (RFC 9457).
Reply answer(Daemon& daemon, std::string_view method, std::string_view target);

/// How a path names a service: "tcp/172.51.97.175:80", "udp/[2001:db8::53]:53"; and back.
std::string service_path(ServiceKey const& service);
std::optional<ServiceKey> service_in_path(std::string_view path);

Reply problem(int status, std::string code, std::string title, std::string detail);

}  // namespace drover::control
