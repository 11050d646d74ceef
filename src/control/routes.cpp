#include "control/routes.h"

#include <fmt/format.h>

#include <array>

#include "control/ipvsadm_listing.h"
#include "control/json.h"

namespace drover::control {

namespace {

Reply json(std::string body) {
    return {.status = 200, .content_type = "application/json", .body = std::move(body), .connections = nullptr};
}

Reply status(Daemon& daemon, Request const&) {
    return json(to_json(Status{daemon.about(), daemon.instances(), daemon.dataplane(), daemon.checks()}));
}

Reply services(Daemon& daemon, Request const&) { return json(to_json(daemon.dataplane())); }

Reply connections(Daemon& daemon, Request const&) {
    return {.status = 200,
            .content_type = "application/x-ndjson",
            .body = {},
            .connections = daemon.connections(),
            .write_row = [](std::string& text, model::ConnectionRow const& row) { text += to_json(row) + "\n"; }};
}

Reply connection_lines(Daemon& daemon, Request const&) {
    return {.status = 200,
            .content_type = "text/plain",
            .body = {},
            .connections = daemon.connections(),
            .write_row = [](std::string& text, model::ConnectionRow const& row) {
                ipvsadm::append_connection(text, row, false, NumbersOnly());
            }};
}

Reply reload(Daemon& daemon, Request const&) {
    auto report = daemon.reload();
    if (!report)
        return problem(422, "config-invalid", "The new configuration was refused, the old one holds",
                       report.error().message);
    return json(to_json(*report));
}

Reply discard_changes(Daemon& daemon, Request const&) {
    auto report = daemon.discard_changes();
    if (!report)
        return problem(507, "no-room", "The packet path could not be brought in line", report.error().message);
    return json(to_json(*report));
}

Reply edit(Daemon& daemon, Request const& request) {
    auto const edits = edits_from_json(request.body);
    if (!edits) return problem(400, "no-edits", "The body must have an edit in each line", edits.error().message);
    auto const outcomes = daemon.edit(*edits, request.author());
    if (!outcomes) return problem(507, "no-room", "Nothing was changed", outcomes.error().message);
    return json(to_json(*outcomes));
}

Reply zero(Daemon& daemon, std::optional<ServiceKey> const& service) {
    auto const report = daemon.zero(service);
    if (!report) return problem(404, "no-such-service", "No such service", report.error().message);
    return json(to_json(*report));
}

Reply zero_all(Daemon& daemon, Request const&) { return zero(daemon, std::nullopt); }

constexpr std::string_view edits_path = "/v1/edits";

struct Route {
    std::string_view method, path;
    Reply (*reply)(Daemon&, Request const&);
};

constexpr std::array routes{
    Route{"GET", "/v1/status", status},            // body of `drover status --json`
    Route{"GET", "/v1/services", services},        // body of `ipvsadm -L --json`
    Route{"GET", "/v1/connections", connections},  // body of `drover conns --json`
    Route{"GET", "/v1/connection-lines", connection_lines},  // `ipvsadm -Lnc` without its title, for a million of them
    Route{"POST", "/v1/reload", reload},
    Route{"POST", "/v1/discard-changes", discard_changes},
    Route{"POST", edits_path, edit},  // ipvsadm's other commands
    Route{"POST", "/v1/zero", zero_all},  // ipvsadm -Z; "/v1/zero/tcp/ADDRESS:PORT": of one service
};

constexpr std::string_view kZeroOne = "/v1/zero/";

Reply answer_zero_one(Daemon& daemon, std::string_view method, std::string_view target) {
    if (method != "POST") return problem(405, "wrong-method", "This path has another method", fmt::format("{} wants POST", target));
    auto const service = service_in_path(target.substr(kZeroOne.size()));
    if (!service)
        return problem(400, "no-service-name", "This names no service",
                       fmt::format("`{}` does not end in tcp/ADDRESS:PORT, udp/... or sctp/...", target));
    return zero(daemon, service);
}

}  // namespace

std::string service_path(ServiceKey const& service) {
    return fmt::format("{}/{}", lower_name(service.protocol), service.endpoint.text());
}

std::optional<ServiceKey> service_in_path(std::string_view path) {
    auto const slash = path.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    for (auto const protocol : {Protocol::tcp, Protocol::udp, Protocol::sctp}) {
        if (path.substr(0, slash) != lower_name(protocol)) continue;
        auto const endpoint = ipvsadm::parse_endpoint(path.substr(slash + 1), protocol, NumbersOnly());
        // Without its port it is no name of a service, even if ipvsadm takes it for port 0.
        if (endpoint && endpoint->text() == path.substr(slash + 1)) return ServiceKey{*endpoint, protocol};
    }
    return std::nullopt;
}

Reply problem(int status, std::string code, std::string title, std::string detail) {
    return {.status = status,
            .content_type = "application/problem+json",
            .body = to_json(Problem{status, std::move(code), std::move(title), std::move(detail)}),
            .connections = nullptr};
}

std::size_t body_limit_of(std::string_view target) { return target == edits_path ? largest_body : std::size_t{64} << 10; }

Reply answer(Daemon& daemon, Request const& request) {
    auto const [method, target] = std::pair(request.method, request.target);
    std::string_view allowed;
    for (auto const& route : routes) {
        if (route.path != target) continue;
        if (route.method == method) return route.reply(daemon, request);
        allowed = route.method;
    }
    if (target.starts_with(kZeroOne)) return answer_zero_one(daemon, method, target);
    if (!allowed.empty())
        return problem(405, "wrong-method", "This path has another method",
                       fmt::format("{} wants {}", target, allowed));
    if (target.find('?') != std::string_view::npos)
        return problem(400, "unknown-field", "No query is understood",
                       fmt::format("`{}` has a query, and no path takes one", target));
    return problem(404, "not-found", "There is no such path", fmt::format("`{}` is not known to this version", target));
}

}  // namespace drover::control
