#include "control/routes.h"

#include <fmt/format.h>

#include <array>

#include "control/ipvsadm_listing.h"
#include "control/ipvsadm_rules.h"
#include "control/json.h"

namespace drover::control {

namespace {

Reply json(std::string body) {
    return {.status = 200, .content_type = "application/json", .body = std::move(body), .connections = nullptr};
}

Reply status(Daemon& daemon, Request const&) {
    return json(to_json(Status{daemon.about(), daemon.instances(), daemon.dataplane(), daemon.checks(), daemon.sync()}));
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
    if (!report) return problem(507, "no-room", "The packet path could not be brought in line", report.error().message);
    return json(to_json(*report));
}

Reply hand_over(Daemon& daemon, Request const& request) {
    auto const asked = handover_request_from_json(request.body);
    if (!asked) return problem(400, "no-handover", "The body must say what is handed over", asked.error().message);
    if (auto begun = daemon.hand_over(*asked); !begun)
        return problem(409, "busy", "Nothing was handed over", begun.error().message);
    return json(to_json(daemon.handover()));
}

Reply handover(Daemon& daemon, Request const&) { return json(to_json(daemon.handover())); }

Reply upgrade(Daemon& daemon, Request const& request) {
    auto const asked = upgrade_request_from_json(request.body);
    if (!asked) return problem(400, "no-upgrade", "The body must name the binary", asked.error().message);
    if (auto begun = daemon.upgrade(*asked, request.author()); !begun)
        return problem(409, "refused", "Everything stays as it is", begun.error().message);
    return json(to_json(daemon.upgrade_report()));
}

Reply upgrade_report(Daemon& daemon, Request const&) { return json(to_json(daemon.upgrade_report())); }

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
    Route{"GET", "/v1/status", status},                      // body of `drover status --json`
    Route{"GET", "/v1/services", services},                  // body of `ipvsadm -L --json`
    Route{"GET", "/v1/connections", connections},            // body of `drover conns --json`
    Route{"GET", "/v1/connection-lines", connection_lines},  // `ipvsadm -Lnc` without its title, for a million of them
    Route{"POST", "/v1/reload", reload},
    Route{"POST", "/v1/discard-changes", discard_changes},
    Route{"POST", "/v1/handover", hand_over},                // begins one; how it ended:
    Route{"GET", "/v1/handover", handover},
    Route{"POST", "/v1/upgrade", upgrade},                   // likewise
    Route{"GET", "/v1/upgrade", upgrade_report},
    Route{"POST", edits_path, edit},      // ipvsadm's other commands
    Route{"POST", "/v1/zero", zero_all},  // ipvsadm -Z; "/v1/zero/tcp/ADDRESS:PORT": of one service
};

constexpr std::string_view kZeroOne = "/v1/zero/", kListing = "/v1/listing/";
constexpr std::string_view kExact = "/exact", kUnsorted = "/unsorted";

constexpr std::array views{
    std::pair{ipvsadm::View::services, std::string_view("services")},
    std::pair{ipvsadm::View::stats, std::string_view("stats")},
    std::pair{ipvsadm::View::rate, std::string_view("rate")},
    std::pair{ipvsadm::View::thresholds, std::string_view("thresholds")},
    std::pair{ipvsadm::View::persistent, std::string_view("persistent-conn")},
    std::pair{ipvsadm::View::tunnels, std::string_view("tun-info")},
};

bool take_end(std::string_view& path, std::string_view end) {
    if (!path.ends_with(end)) return false;
    path.remove_suffix(end.size());
    return true;
}

std::optional<ipvsadm::Listing> listing_in_path(std::string_view path) {
    ipvsadm::Listing listing{.numeric = true};
    listing.sorted = !take_end(path, kUnsorted);
    listing.exact = take_end(path, kExact);
    for (auto const& [view, word] : views) {
        if (word != path) continue;
        listing.view = view;
        return listing;
    }
    return std::nullopt;
}

Reply answer_listing(Daemon& daemon, Request const& request) {
    if (request.method != "GET")
        return problem(405, "wrong-method", "This path has another method",
                       fmt::format("{} wants GET", request.target));
    Reply reply{.status = 200, .content_type = "text/plain", .body = {}, .connections = nullptr};
    if (request.target == rules_path) {
        reply.body = ipvsadm::rules(daemon.dataplane(), NumbersOnly());
        return reply;
    }
    auto const listing = listing_in_path(request.target.substr(kListing.size()));
    if (!listing)
        return problem(404, "not-found", "There is no such path", fmt::format("`{}` names no listing", request.target));
    reply.body = *ipvsadm::format(daemon.dataplane(), *listing, NumbersOnly());  // of all services: none can be missing
    return reply;
}

Reply answer_zero_one(Daemon& daemon, std::string_view method, std::string_view target) {
    if (method != "POST")
        return problem(405, "wrong-method", "This path has another method", fmt::format("{} wants POST", target));
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

std::optional<std::string> listing_path(ipvsadm::Listing const& listing) {
    if (!listing.numeric || listing.service || listing.json) return std::nullopt;
    for (auto const& [view, word] : views)
        if (view == listing.view)
            return fmt::format("{}{}{}{}", kListing, word, listing.exact ? kExact : "",
                               listing.sorted ? "" : kUnsorted);
    return std::nullopt;
}

Reply problem(int status, std::string code, std::string title, std::string detail) {
    return {.status = status,
            .content_type = "application/problem+json",
            .body = to_json(Problem{status, std::move(code), std::move(title), std::move(detail)}),
            .connections = nullptr};
}

std::size_t body_limit_of(std::string_view target) {
    return target == edits_path ? largest_body : std::size_t{64} << 10;
}

Reply answer(Daemon& daemon, Request const& request) {
    auto const [method, target] = std::pair(request.method, request.target);
    std::string_view allowed;
    for (auto const& route : routes) {
        if (route.path != target) continue;
        if (route.method == method) return route.reply(daemon, request);
        allowed = route.method;
    }
    if (target.starts_with(kListing)) return answer_listing(daemon, request);
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
