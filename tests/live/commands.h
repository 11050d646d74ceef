// Commands of ipvsadm as edits, as short as one would type them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "live/table.h"

namespace drover::live {

inline Endpoint at(char const* address, std::uint16_t port) { return {*Address::parse(address), port}; }
inline model::ServiceName tcp(char const* address, std::uint16_t port) { return {{at(address, port), Protocol::tcp}}; }
inline model::ServiceName web() { return tcp("10.0.0.100", 80); }

inline model::LiveService service(model::ServiceName name, std::string scheduler = "wlc") {
    model::LiveService service;
    service.name = name;
    service.scheduler = std::move(scheduler);
    if (name.family() == Family::v6) service.persistence_mask = 128;
    return service;
}
inline model::LiveServer server(Endpoint endpoint, std::int32_t weight = 1) {
    model::LiveServer server;
    server.endpoint = endpoint;
    server.weight = weight;
    return server;
}
inline model::LiveServer tunnelled(Endpoint endpoint) {
    auto wrapped = server(endpoint);
    wrapped.forwarding = model::Forwarding::tunnel;
    return wrapped;
}

inline model::Edit add(model::ServiceName name, std::string scheduler = "wlc") {
    return model::edit::AddService{service(name, std::move(scheduler))};
}
inline model::Edit change(model::ServiceName name, std::string scheduler) {
    return model::edit::ChangeService{service(name, std::move(scheduler))};
}
inline model::Edit remove(model::ServiceName name) { return model::edit::RemoveService{name}; }
inline model::Edit add(model::ServiceName name, model::LiveServer server) {
    return model::edit::AddServer{name, server};
}
inline model::Edit change(model::ServiceName name, model::LiveServer server) {
    return model::edit::ChangeServer{name, server};
}
inline model::Edit remove(model::ServiceName name, Endpoint server) { return model::edit::RemoveServer{name, server}; }

/// Two interfaces, as the reference machine has them.
inline std::optional<std::uint32_t> mtu_of(std::string const& interface) {
    if (interface == "eth0") return 1500;
    if (interface == "lo") return 65'536;
    return std::nullopt;
}

inline By someone() { return std::make_shared<model::Author const>(model::Author{77, 1001, "alice", 1}); }

/// "tcp 10.0.0.100:80 wlc: 10.0.0.12:80 w1, 10.0.0.11:80 w1", one line a service.
inline std::vector<std::string> seen(Table const& table) {
    std::vector<std::string> lines;
    for (auto const& row : table.snapshot().services) {
        auto line = std::string(lower_name(row.key.protocol)) + " " + row.key.endpoint.text() + " " +
                    std::string(name(row.scheduler)) + ":";
        for (auto const& one : row.servers) line += " " + one.endpoint.text() + " w" + std::to_string(one.weight);
        lines.push_back(line);
    }
    return lines;
}

}  // namespace drover::live
