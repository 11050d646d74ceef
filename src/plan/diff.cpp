#include "plan/diff.h"

#include <unordered_map>

#include "base/overloaded.h"

namespace drover::plan {

namespace {

using model::Desired;
using model::DesiredServer;
using model::DesiredService;

std::unordered_map<ServiceKey, DesiredService const*> by_key(Desired const& desired) {
    std::unordered_map<ServiceKey, DesiredService const*> services;
    for (auto const& service : desired.services) services.emplace(service.key, &service);
    return services;
}

std::unordered_map<Endpoint, DesiredServer const*> by_endpoint(DesiredService const& service) {
    std::unordered_map<Endpoint, DesiredServer const*> servers;
    for (auto const& server : service.servers) servers.emplace(server.endpoint, &server);
    return servers;
}

bool differs_itself(DesiredService const& is, DesiredService const& wanted) {
    return is.scheduler != wanted.scheduler || is.persistence_timeout != wanted.persistence_timeout ||
           is.persistence_prefix != wanted.persistence_prefix || is.instance != wanted.instance;
}

void diff_servers(DesiredService const& is, DesiredService const& wanted, std::vector<Change>& changes) {
    auto const now = by_endpoint(is), then = by_endpoint(wanted);
    for (auto const& server : is.servers)
        if (!then.contains(server.endpoint)) changes.push_back(RemoveServer{is.key, server.endpoint});
    for (auto const& server : wanted.servers) {
        auto const found = now.find(server.endpoint);
        if (found == now.end())
            changes.push_back(AddServer{wanted.key, server});
        else if (found->second->weight != server.weight)
            changes.push_back(ChangeWeight{wanted.key, server.endpoint, found->second->weight, server.weight});
    }
}

}  // namespace

std::vector<Change> diff(Desired const& is, Desired const& wanted) {
    std::vector<Change> changes;
    auto const now = by_key(is), then = by_key(wanted);
    if (is.timeouts != wanted.timeouts) changes.push_back(SetTimeouts{wanted.timeouts});
    for (auto const& service : is.services)
        if (!then.contains(service.key)) changes.push_back(RemoveService{service.key});
    for (auto const& service : wanted.services) {
        auto const found = now.find(service.key);
        if (found == now.end()) {
            changes.push_back(AddService{service});
            continue;
        }
        if (differs_itself(*found->second, service)) changes.push_back(ChangeService{service});
        diff_servers(*found->second, service, changes);
    }
    return changes;
}

std::string describe(Change const& change) {
    auto const of = [](ServiceKey const& key) { return "service " + key.keepalived_text(); };
    return std::visit(
        Overloaded{
            [](SetTimeouts const& c) {
                return "timeouts (tcp tcpfin udp) set to " + std::to_string(c.timeouts.tcp) + " " +
                       std::to_string(c.timeouts.tcpfin) + " " + std::to_string(c.timeouts.udp);
            },
            [&](AddService const& c) {
                return of(c.service.key) + " added with " + std::to_string(c.service.servers.size()) + " servers";
            },
            [&](RemoveService const& c) { return of(c.key) + " removed"; },
            [&](ChangeService const& c) { return of(c.service.key) + " changed"; },
            [&](AddServer const& c) { return of(c.service) + ": server " + c.server.endpoint.text() + " added"; },
            [&](RemoveServer const& c) { return of(c.service) + ": server " + c.server.text() + " removed"; },
            [&](ChangeWeight const& c) {
                return of(c.service) + ": server " + c.server.text() + " weight " + std::to_string(c.from) + " to " +
                       std::to_string(c.to);
            },
        },
        change);
}

}  // namespace drover::plan
