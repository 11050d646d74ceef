// All virtual services of a director, as a table that live commands change by the rules of IPVS: what exists already,
// what does not exist, what is out of range. Configured services stand in it beside those that were made by a command;
// what a command changes holds until the configuration says something else of that very object.
//
// Pure: the one thing that it must know of the host, the MTU of an interface, it asks for.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "live/service.h"
#include "model/author.h"
#include "model/edit.h"
#include "model/live_record.h"
#include "model/observed.h"

namespace drover::live {

/// What the configuration says, in its order.
struct Configured {
    struct Service {
        model::LiveService service;
        std::vector<model::LiveServer> servers;
    };
    model::Timeouts timeouts;
    std::vector<Service> services;  ///< no two of one name
};

class Table {
public:
    /// Bytes; nothing: there is no such interface.
    using MtuOf = std::function<std::optional<std::uint32_t>(std::string const& interface)>;
    explicit Table(MtuOf mtu_of) : mtu_of_(std::move(mtu_of)) {}
    Table(Table const&) = delete;
    Table& operator=(Table const&) = delete;

    /// What IPVS would answer; nothing is changed.
    model::EditOutcome check(model::Edit const& edit) const;
    /// The same, and it is done unless refused. Of counters it knows nothing: -Z changes nothing here.
    model::EditOutcome apply(model::Edit const& edit, By by = {});

    /// The configuration as it is now. A change of an object of which it says something else than when the change was
    /// made is over. Returns a sentence for each such object, and for each service that a command had made and that is
    /// configured now.
    std::vector<std::string> configure(Configured configured);
    /// All configured services, and the timeouts, are as the configuration says; a sentence for each that was not.
    std::vector<std::string> discard_changes();

    Service const* find(model::ServiceName const& name) const;
    /// All that are there, in the order in which they came.
    std::vector<Service const*> services() const;
    /// Configured ones that were taken away.
    std::vector<Service const*> removed() const;
    model::Timeouts timeouts() const { return timeouts_.value_or(configured_timeouts_); }
    /// Who set the timeouts; null: they are the configuration's.
    By const& timeouts_by() const { return timeouts_by_; }
    /// The master first.
    std::vector<model::SyncDaemon> sync_daemons() const;
    /// As listings take it, without what only packets can tell.
    model::DataplaneObserved snapshot() const;

    /// Forgets what was done since the last settle(), or the beginning.
    void undo();
    /// What was done stays.
    void settle() { done_.clear(); }
    /// Services of which anything was touched since the last settle(), each once.
    std::vector<model::ServiceName> touched_services() const;
    bool touched_timeouts() const;
    /// The objects that were touched since the last settle(), as they are now.
    std::vector<model::LiveRecord> touched() const;
    /// All changed objects.
    std::vector<model::LiveRecord> records() const;
    /// What an earlier daemon has noted, before anything else is asked of a table.
    void restore(model::LiveRecord const& record);

private:
    // What was there before.
    struct ServiceBefore {
        model::ServiceName name;
        std::optional<Service> service;
    };
    struct ServerBefore {
        model::ServiceName service;
        Endpoint server;
        std::optional<ServerChange> change;
    };
    struct TimeoutsBefore {
        std::optional<model::Timeouts> timeouts;
        By by;
    };
    struct SyncBefore {
        model::SyncRole role;
        std::optional<model::SyncDaemon> daemon;
    };
    using Before = std::variant<ServiceBefore, ServerBefore, TimeoutsBefore, SyncBefore>;

    int error_of(model::Edit const& edit) const;
    int error_of_service(model::LiveService const& service) const;
    int error_of_server(model::ServiceName const& service, model::LiveServer const& server) const;
    int error_of_start(model::SyncDaemon const& daemon) const;
    void put_service(model::LiveService service, By const& by);
    void remove_service(model::ServiceName const& name, By const& by);
    void put_server(model::ServiceName const& name, model::LiveServer const& server, By const& by);
    void remove_server(model::ServiceName const& name, Endpoint const& server, By const& by);
    void clear(By const& by);
    void set_timeouts(model::Timeouts const& wanted, By const& by);
    void start(model::SyncDaemon daemon);
    void stop(model::SyncRole role);
    Service const* there(model::ServiceName const& name) const;
    bool has_mixed_families() const;
    Service& entry(model::ServiceName const& name);
    void drop_if_nothing(model::ServiceName const& name);
    void undo(Before before);
    void add_touched(Before const& before, std::vector<model::LiveRecord>& records) const;
    void restore_service(model::ServiceRecord const& record);
    void restore_server(model::ServerRecord const& record);
    void restore_timeouts(model::TimeoutsRecord const& record);
    By author(model::Author const& by);

    MtuOf mtu_of_;
    std::unordered_map<model::ServiceName, Service> services_;
    std::uint64_t next_number_ = 0;
    model::Timeouts configured_timeouts_;
    std::optional<model::Timeouts> timeouts_;  // nothing: the configuration's
    By timeouts_by_;
    std::array<std::optional<model::SyncDaemon>, 2> daemons_;  // master, backup
    std::vector<Before> done_;                                 // since settle(), in order
    By last_restored_;                                         // most records of a file have one author
};

}  // namespace drover::live
