#include "live/service.h"

#include <ranges>

namespace drover::live {

model::LiveService const* Service::now() const {
    auto const& said = change_ ? change_->now : configured_;
    return said ? &*said : nullptr;
}

model::LiveServer const* Service::server(Endpoint const& endpoint) const {
    if (auto const* const change = changes_.find(endpoint)) return change->now ? &*change->now : nullptr;
    return configured_servers_.find(endpoint);
}

std::vector<model::LiveServer> Service::servers() const {
    std::vector<model::LiveServer> servers;
    if (now() == nullptr) return servers;
    for (auto const& change : changes_.items() | std::views::reverse)
        if (change.now && configured_servers_.find(change.endpoint) == nullptr) servers.push_back(*change.now);
    for (auto const& configured : configured_servers_.items() | std::views::reverse)
        if (auto const* const is = server(configured.endpoint)) servers.push_back(*is);
    return servers;
}

/// A configured service that comes back after it was taken away is as empty as any new one.
void Service::put(model::LiveService const& service, By by) {
    bool const is_new = now() == nullptr;
    if (configured_ == service)
        change_.reset();
    else
        change_ = ServiceChange{service, by};
    if (!is_new) return;
    changes_.clear();
    for (auto const& configured : configured_servers_.items())
        changes_.push_back({configured.endpoint, std::nullopt, by});
}

void Service::remove(By by) {
    changes_.clear();
    if (configured_)
        change_ = ServiceChange{std::nullopt, std::move(by)};
    else
        change_.reset();
}

void Service::put_server(model::LiveServer const& server, By by) {
    change_server(server.endpoint, server, std::move(by));
}

void Service::remove_server(Endpoint const& endpoint, By by) { change_server(endpoint, std::nullopt, std::move(by)); }

void Service::change_server(Endpoint const& endpoint, std::optional<model::LiveServer> now, By by) {
    auto const* const configured = configured_servers_.find(endpoint);
    if (configured == nullptr ? !now : now == *configured)
        changes_.erase(endpoint);
    else
        set_server_change({endpoint, std::move(now), std::move(by)});
}

void Service::set_server_change(ServerChange change) {
    if (auto* const known = changes_.find(change.endpoint))
        *known = std::move(change);
    else
        changes_.push_back(std::move(change));
}

void Service::configure(std::optional<model::LiveService> service, std::vector<model::LiveServer> servers) {
    configured_ = std::move(service);
    configured_servers_ = ByEndpoint(std::move(servers));
}

void Service::forget_changes() {
    change_.reset();
    changes_.clear();
}

std::string spelled(model::ServiceName const& name) {
    if (name.fwmark == 0) return "service " + name.key.keepalived_text();
    return "service of firewall mark " + std::to_string(name.fwmark) + (name.family() == Family::v6 ? " (IPv6)" : "");
}

}  // namespace drover::live
