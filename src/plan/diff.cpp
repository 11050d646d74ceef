#include "plan/diff.h"

#include <tuple>
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
    auto const own = [](DesiredService const& s) {
        return std::tie(s.scheduler, s.flags, s.one_packet, s.behaviour, s.persistence_timeout, s.persistence_prefix,
                        s.allow, s.deny, s.instance);
    };
    return own(is) != own(wanted);
}

void diff_servers(DesiredService const& is, DesiredService const& wanted, std::vector<Change>& changes) {
    if (is.servers == wanted.servers) return;  // of nearly all services in nearly every reload
    auto const now = by_endpoint(is), then = by_endpoint(wanted);
    for (auto const& server : is.servers)
        if (!then.contains(server.endpoint)) changes.push_back(RemoveServer{is.key, server.endpoint});
    for (auto const& server : wanted.servers) {
        auto const found = now.find(server.endpoint);
        if (found == now.end())
            changes.push_back(AddServer{wanted.key, server});
        else if (*found->second != server)
            changes.push_back(ChangeServer{wanted.key, *found->second, server});
    }
}

/// "weight 1 to 0, uthreshold 100 to 50".
std::string difference(DesiredServer const& from, DesiredServer const& to) {
    std::string text;
    auto const tell = [&](char const* what, auto before, auto after) {
        if (before == after) return;
        text += (text.empty() ? "" : ", ") + std::string(what) + " " + std::to_string(before) + " to " +
                std::to_string(after);
    };
    tell("weight", from.weight, to.weight);
    tell("uthreshold", from.upper_threshold, to.upper_threshold);
    tell("lthreshold", from.lower_threshold, to.lower_threshold);
    return text;
}

}  // namespace

std::vector<Change> diff(Desired const& is, Desired const& wanted) {
    std::vector<Change> changes;
    auto const now = by_key(is), then = by_key(wanted);
    if (is.timeouts != wanted.timeouts) changes.push_back(SetTimeouts{wanted.timeouts});
    if (is.limits != wanted.limits) changes.push_back(SetLimits{wanted.limits});
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
            [](SetLimits const& c) {
                return "limits (drop_entry conn_max flood_rate) set to " + std::to_string(c.limits.drop_entry) + " " +
                       std::to_string(c.limits.conn_max) + " " + std::to_string(c.limits.flood_rate);
            },
            [&](AddService const& c) {
                return of(c.service.key) + " added with " + std::to_string(c.service.servers.size()) + " servers";
            },
            [&](RemoveService const& c) { return of(c.key) + " removed"; },
            [&](ChangeService const& c) { return of(c.service.key) + " changed"; },
            [&](AddServer const& c) { return of(c.service) + ": server " + c.server.endpoint.text() + " added"; },
            [&](RemoveServer const& c) { return of(c.service) + ": server " + c.server.text() + " removed"; },
            [&](ChangeServer const& c) {
                return of(c.service) + ": server " + c.to.endpoint.text() + " " + difference(c.from, c.to);
            },
        },
        change);
}

}  // namespace drover::plan
