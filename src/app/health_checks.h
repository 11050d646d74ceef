// All checks of all real servers, and what follows from them: who is in the pool of which service.
//
// A server is in the pool while none of its checks has failed (keepalived's rule); one without checks always is. Lives
// on the main thread; identical checks of one server behind several services run once for each, as keepalived's do;
// behind a virtual_server_group they run once for the group.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "app/check_watch.h"
#include "app/desired.h"
#include "app/inheritance.h"
#include "model/observed.h"
#include "model/service.h"

namespace drover::app {

class HealthChecks {
public:
    struct Change {
        ServiceKey service;
        std::vector<ServiceKey> services;  ///< it alone, or all members of its group: where the server stands so
        Endpoint server;
        bool up = true;
        Pooled standing;
        std::string reason;  ///< what the failed checks said last; "all checks pass"
    };
    /// One check of a server says something else than before.
    struct CheckChange {
        ServiceKey service;
        Endpoint server;
        bool of_http = false;
        bool passed = false;
        bool server_up = false;  ///< what all checks say together
        bool of_server = false;  ///< it has made a Change
        bool smtp_alert = false;
    };
    struct Hooks {
        /// Called within the judgement itself, so that the data plane knows before anything else is done; when it returns
        /// the change is in force.
        std::function<void(Change const&)> on_change;
        /// After on_change: notify_up or notify_down. Scripts of one queue are to be run in order.
        std::function<void(model::Script const& script, std::vector<std::string> const& arguments, std::string queue)>
            run_script;
        /// After on_change and the script, when it is time to tell others.
        std::function<void(Change const&)> tell;
        std::function<void(CheckChange const&)> tell_check;  ///< after tell
    };

    HealthChecks(boost::asio::io_context& context, Hooks hooks);
    ~HealthChecks();

    /// The services in force from now on, at the start and on reload. What is unchanged keeps its judgement and its
    /// rhythm (health/reload.h tells the rest). on_change is called for servers that were there before and whose
    /// standing is another now; of new and removed ones the caller knows: ask pooled().
    void apply(std::vector<model::Service> const& services);

    /// What an earlier daemon had found counts until these checks have found something; before the first apply().
    void inherit(std::vector<FoundServer> const& found);
    std::vector<FoundServer> standings() const;

    /// A server that is not known is in the pool.
    Pooled pooled(ServiceKey const& service, Endpoint const& server) const;
    /// The weights, as configured, of the service's servers that are up, together.
    std::uint64_t weight_up(ServiceKey const& service) const;
    /// A group's checks, which run once, stand in it for each of its members.
    std::vector<model::CheckObserved> observed() const;

private:
    using Key = std::pair<ServiceKey, Endpoint>;
    struct Server {
        model::RealServer configured;
        std::vector<std::unique_ptr<CheckWatch>> watches;
        bool up = true;  ///< as last told
        std::int64_t in_force_unix_us = 0;
    };

    void adopt(Key const& key, Server& server, model::RealServer const& configured, std::optional<bool> was_up);
    std::unique_ptr<CheckWatch> watch(Key const& key, model::Check const& check, std::optional<bool> server_was_up);
    std::vector<ServiceKey> members_of(ServiceKey const& service) const;
    void judged(Key key, bool of_http, health::Judgement const& judgement);
    bool settle(Key key);  // a copy: what it was taken from may go in a hook
    void notify(Key const& key, model::RealServer const& configured, bool up);
    void add_members(model::CheckObserved row, std::vector<ServiceKey> const& group,
                     std::vector<model::CheckObserved>& rows) const;
    double fraction();

    boost::asio::io_context& context_;
    Hooks hooks_;
    std::mt19937 random_{std::random_device{}()};
    std::map<Key, Server> servers_;
    std::map<Key, bool> inherited_;
    std::map<ServiceKey, std::vector<ServiceKey>> groups_;  // their members, by the first
};

}  // namespace drover::app
