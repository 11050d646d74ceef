#include "health/lines.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

namespace drover::health {

namespace {

std::string failure_line(char const* kind, std::string const& server, int retries) {
    if (retries == 0) return fmt::format("{} on service {} failed.", kind, server);
    return fmt::format("{} on service {} failed after {} retries.", kind, server, retries);
}

}  // namespace

std::string check_kind(model::Check const& check) {
    return std::holds_alternative<model::TcpCheck>(check.what) ? "TCP_CHECK" : "HTTP_GET";
}

std::string judgement_line(model::Check const& check, std::string const& server, Judgement const& judgement) {
    bool const is_tcp = std::holds_alternative<model::TcpCheck>(check.what);
    switch (judgement.verdict) {
        case Verdict::none:
        case Verdict::retrying:
            return {};
        case Verdict::found_up:
        case Verdict::came_up:
            return is_tcp ? fmt::format("TCP connection to {} success.", server)
                          : fmt::format("Remote Web server {} succeed on service.", server);
        case Verdict::went_down:
        case Verdict::found_down:
            return failure_line(is_tcp ? "TCP_CHECK" : "HTTP_CHECK", server, judgement.retries_made);
    }
    return {};
}

std::string pool_line(model::RealServer const& server, ServiceKey const& service, bool up) {
    auto const name = keepalived_text(server.endpoint, service.protocol);
    auto const of = service.keepalived_text();
    if (server.inhibit_on_failure)
        return fmt::format("{} service {} of VS {}", up ? "Enabling" : "Disabling", name, of);
    return up ? fmt::format("Adding service {} to VS {}", name, of)
              : fmt::format("Removing service {} from VS {}", name, of);
}

std::string activation_line(Endpoint const& server, ServiceKey const& service) {
    return fmt::format("Activating healthchecker for service {} for VS {}", keepalived_text(server, service.protocol),
                       service.keepalived_text());
}

std::string notify_line(model::Script const& script, Endpoint const& server, ServiceKey const& service) {
    return fmt::format("Executing [{}] for service {} in VS {}", fmt::join(script.argv, " "),
                       keepalived_text(server, service.protocol), service.keepalived_text());
}

std::string notify_line(model::Script const& script, ServiceKey const& service) {
    return fmt::format("Executing [{}] for VS {}", fmt::join(script.argv, " "), service.keepalived_text());
}

}  // namespace drover::health
