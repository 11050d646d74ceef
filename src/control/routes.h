// What the control socket answers to which request: the whole table of routes, without any transport.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/endpoint.h"
#include "control/daemon.h"
#include "control/ipvsadm_grammar.h"
#include "model/author.h"

namespace drover::control {

struct Request {
    std::string_view method, target, body;
    std::function<model::Author()> author;  ///< who asks
};

/// The answer to one request.
struct Reply {
    int status = 200;
    std::string content_type = "application/json";
    std::string body;                               ///< when there are no rows
    std::unique_ptr<ConnectionCursor> connections;  ///< else: stream these
    /// Adds a row as a line of its own.
    void (*write_row)(std::string& text, model::ConnectionRow const& row) = nullptr;
};

/// Called on the daemon's thread. Whatever the request says, there is an answer: an unknown path is 404, a known one
/// with another method 405; both are problem documents (RFC 9457).
Reply answer(Daemon& daemon, Request const& request);

/// How long the body of a request for this path may be: only edits come in great numbers.
std::size_t body_limit_of(std::string_view target);
inline constexpr std::size_t largest_body = std::size_t{64} << 20;

/// How a path names a service: "tcp/172.51.97.175:80", "udp/[2001:db8::53]:53"; and back.
std::string service_path(ServiceKey const& service);
std::optional<ServiceKey> service_in_path(std::string_view path);

/// Where the text of a listing of the whole table with numbers is to be had, written by the daemon: "/v1/listing/stats",
/// "/v1/listing/services/unsorted". Nothing for other listings.
std::optional<std::string> listing_path(ipvsadm::Listing const& listing);
/// The same for what `ipvsadm -Sn` prints.
inline constexpr std::string_view rules_path = "/v1/listing/rules";

Reply problem(int status, std::string code, std::string title, std::string detail);

}  // namespace drover::control
