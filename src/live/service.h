// A service and its servers as the configuration and live commands together leave them. Of each object it is known what
// the configuration says, what it is instead, and who wanted that; an object that is again what the configuration says
// is not changed any more.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "live/by_endpoint.h"
#include "model/author.h"
#include "model/edit.h"

namespace drover::live {

using By = std::shared_ptr<model::Author const>;

struct ServiceChange {
    std::optional<model::LiveService> now;  ///< nothing: taken away
    By by;
};

struct ServerChange {
    Endpoint endpoint;
    std::optional<model::LiveServer> now;
    By by;
};

class Service {
public:
    explicit Service(model::ServiceName name, std::uint64_t number) : name_(name), number_(number) {}

    model::ServiceName const& name() const { return name_; }
    /// Greater than that of each that came before.
    std::uint64_t number() const { return number_; }

    /// Null: not there.
    model::LiveService const* now() const;
    model::LiveServer const* server(Endpoint const& endpoint) const;
    /// The newest first, as IPVS lists them. Empty where the service is not there.
    std::vector<model::LiveServer> servers() const;

    std::optional<model::LiveService> const& configured() const { return configured_; }
    model::LiveServer const* configured_server(Endpoint const& endpoint) const {
        return configured_servers_.find(endpoint);
    }
    std::vector<model::LiveServer> const& configured_servers() const { return configured_servers_.items(); }
    std::optional<ServiceChange> const& change() const { return change_; }
    ServerChange const* server_change(Endpoint const& endpoint) const { return changes_.find(endpoint); }
    /// In the order in which they were made.
    std::vector<ServerChange> const& server_changes() const { return changes_.items(); }
    /// Neither configured nor changed: nothing is known of it.
    bool is_nothing() const { return !configured_ && !change_; }

    /// There from now on, without servers if it was not there before.
    void put(model::LiveService const& service, By by);
    /// Taken away with its servers.
    void remove(By by);
    void put_server(model::LiveServer const& server, By by);
    void remove_server(Endpoint const& endpoint, By by);

    /// What the configuration says of it from now on; changes stay.
    void configure(std::optional<model::LiveService> service, std::vector<model::LiveServer> servers);
    /// Nothing changed any more, or nothing of the one server.
    void forget_changes();
    void forget_server_change(Endpoint const& endpoint) { changes_.erase(endpoint); }
    /// As an earlier daemon has noted it.
    void set_change(std::optional<ServiceChange> change) { change_ = std::move(change); }
    void set_server_change(ServerChange change);
    void add_configured_server(model::LiveServer server) { configured_servers_.push_back(std::move(server)); }

private:
    void change_server(Endpoint const& endpoint, std::optional<model::LiveServer> now, By by);

    model::ServiceName name_;
    std::uint64_t number_;
    std::optional<model::LiveService> configured_;
    ByEndpoint<model::LiveServer> configured_servers_;
    std::optional<ServiceChange> change_;
    ByEndpoint<ServerChange> changes_;
};

/// "service [172.51.97.175]:tcp:80", "service of firewall mark 5".
std::string spelled(model::ServiceName const& name);

}  // namespace drover::live
