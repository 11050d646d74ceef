// What a table takes over: from the configuration, and from an earlier daemon by its records.
#include <algorithm>
#include <unordered_set>

#include "base/overloaded.h"
#include "live/rows.h"
#include "live/table.h"

namespace drover::live {

namespace {

std::string by(By const& author) { return author ? author->text() : "a command"; }

model::Author author_of(By const& by) { return by ? *by : model::Author{}; }

std::string server_sentence(Service const& service, ServerChange const& change) {
    return spelled(service.name()) + ": server " + change.endpoint.text() + (change.now ? " changed" : " taken away") +
           " by " + by(change.by);
}

std::string service_sentence(Service const& service, bool is_configured_now) {
    auto const& change = *service.change();
    if (!service.configured())
        return spelled(service.name()) + " was made by " + by(change.by) +
               " and is configured now: the configuration counts";
    auto const what =
        spelled(service.name()) + (change.now ? " was changed by " : " was taken away by ") + by(change.by);
    return what + (is_configured_now ? ", and the configuration says something else of it now: the configuration counts"
                                     : " and is not configured any more");
}

/// Ends what of its changes the configuration has changed its mind about; `now` is null where it says nothing any more.
void end_changes(Service& service, Configured::Service const* now, std::vector<std::string>& said) {
    auto const configured = now == nullptr ? std::nullopt : std::optional(now->service);
    if (service.change() && service.configured() != configured) {
        said.push_back(service_sentence(service, now != nullptr));
        service.forget_changes();
        return;
    }
    if (service.server_changes().empty()) return;
    auto const servers = now == nullptr ? ByEndpoint<model::LiveServer>{} : ByEndpoint(now->servers);
    auto const same = [](model::LiveServer const* a, model::LiveServer const* b) {
        return a == nullptr || b == nullptr ? a == b : *a == *b;
    };
    for (auto const& change : std::vector(service.server_changes())) {
        if (same(service.configured_server(change.endpoint), servers.find(change.endpoint))) continue;
        said.push_back(server_sentence(service, change) +
                       ", and the configuration says something else of it now: the configuration counts");
        service.forget_server_change(change.endpoint);
    }
}

model::ServiceRecord record_of(Service const& service, bool fresh) {
    auto const& change = service.change();
    return {service.name(),
            fresh,
            change.has_value(),
            service.configured(),
            change ? change->now : std::nullopt,
            author_of(change ? change->by : By{})};
}

model::ServerRecord record_of(Service const& service, ServerChange const& change) {
    auto const* const configured = service.configured_server(change.endpoint);
    return {service.name(), change.endpoint,
            true,           configured == nullptr ? std::nullopt : std::optional(*configured),
            change.now,     author_of(change.by)};
}

}  // namespace

std::vector<std::string> Table::configure(Configured configured) {
    std::vector<std::string> said;
    if (timeouts_ && configured.timeouts != configured_timeouts_) {
        said.push_back("the timeouts were set by " + by(timeouts_by_) +
                       ", and the configuration says something else of them now: the configuration counts");
        timeouts_.reset();
        timeouts_by_.reset();
    }
    configured_timeouts_ = configured.timeouts;
    std::unordered_set<model::ServiceName> named;
    for (auto& service : configured.services) {
        named.insert(service.service.name);
        auto& known = entry(service.service.name);
        end_changes(known, &service, said);
        known.configure(std::move(service.service), std::move(service.servers));
    }
    for (auto& [name, service] : services_) {
        if (named.contains(name)) continue;
        end_changes(service, nullptr, said);
        service.configure(std::nullopt, {});
    }
    std::erase_if(services_, [](auto const& entry) { return entry.second.is_nothing(); });
    settle();
    return said;
}

std::vector<std::string> Table::discard_changes() {
    std::vector<std::string> said;
    for (auto& [name, service] : services_) {
        if (!service.configured()) continue;
        if (auto const& change = service.change())
            said.push_back(spelled(name) + (change->now ? " changed by " : " taken away by ") + by(change->by) +
                           " is as configured again");
        else
            for (auto const& server : service.server_changes())
                said.push_back(server_sentence(service, server) + " is as configured again");
        service.forget_changes();
    }
    if (timeouts_) said.push_back("the timeouts set by " + by(timeouts_by_) + " are as configured again");
    timeouts_.reset();
    timeouts_by_.reset();
    settle();
    return said;
}

std::vector<model::LiveRecord> Table::records() const {
    std::vector<model::LiveRecord> records;
    auto const add = [&records](Service const& service) {
        if (service.change()) records.push_back(record_of(service, true));
        for (auto const& change : service.server_changes()) records.push_back(record_of(service, change));
    };
    for (auto const* const service : services()) add(*service);
    for (auto const* const service : removed()) add(*service);
    if (timeouts_)
        records.push_back(model::TimeoutsRecord{true, configured_timeouts_, *timeouts_, author_of(timeouts_by_)});
    for (auto const& daemon : sync_daemons()) records.push_back(model::SyncRecord{daemon.role, daemon});
    return records;
}

std::vector<model::ServiceName> Table::touched_services() const {
    std::unordered_set<model::ServiceName> names;
    for (auto const& before : done_) {
        if (auto const* const service = std::get_if<ServiceBefore>(&before)) names.insert(service->name);
        if (auto const* const server = std::get_if<ServerBefore>(&before)) names.insert(server->service);
    }
    return {names.begin(), names.end()};
}

bool Table::touched_timeouts() const {
    return std::ranges::any_of(done_, [](Before const& before) { return std::holds_alternative<TimeoutsBefore>(before); });
}

std::vector<model::LiveRecord> Table::touched() const {
    std::vector<model::LiveRecord> records;
    for (auto const& before : done_) add_touched(before, records);
    return records;
}

void Table::add_touched(Before const& before, std::vector<model::LiveRecord>& records) const {
    std::visit(
        Overloaded{
            [&](ServiceBefore const& b) {
                auto const* const service = find(b.name);
                if (service == nullptr) return records.push_back(model::ServiceRecord{b.name, true, false, {}, {}, {}});
                bool const was_there = b.service && b.service->now() != nullptr;
                records.push_back(record_of(*service, !was_there));
                if (was_there) return;
                for (auto const& change : service->server_changes())
                    if (!change.now) records.push_back(record_of(*service, change));
            },
            [&](ServerBefore const& b) {
                auto const* const service = find(b.service);
                if (service == nullptr) return;
                if (auto const* const change = service->server_change(b.server))
                    records.push_back(record_of(*service, *change));
                else
                    records.push_back(model::ServerRecord{b.service, b.server, false, {}, {}, {}});
            },
            [&](TimeoutsBefore const&) {
                records.push_back(model::TimeoutsRecord{timeouts_.has_value(), configured_timeouts_, timeouts(),
                                                        author_of(timeouts_by_)});
            },
            [&](SyncBefore const& b) {
                records.push_back(model::SyncRecord{b.role, daemons_[b.role == model::SyncRole::master ? 0 : 1]});
            },
        },
        before);
}

void Table::restore(model::LiveRecord const& record) {
    std::visit(Overloaded{
                   [this](model::ServiceRecord const& r) { restore_service(r); },
                   [this](model::ServerRecord const& r) { restore_server(r); },
                   [this](model::TimeoutsRecord const& r) { restore_timeouts(r); },
                   [this](model::SyncRecord const& r) { daemons_[r.role == model::SyncRole::master ? 0 : 1] = r.now; },
               },
               record);
}

void Table::restore_service(model::ServiceRecord const& record) {
    auto& service = entry(record.service);
    bool const is_gone = record.changed ? !record.now : !record.configured;
    if (record.fresh || is_gone) service.configure(record.configured, {}), service.forget_changes();
    service.configure(record.configured, std::vector(service.configured_servers()));
    service.set_change(record.changed ? std::optional(ServiceChange{record.now, author(record.by)}) : std::nullopt);
    if (service.is_nothing() && service.server_changes().empty()) services_.erase(record.service);
}

/// Of a configured service that is not changed itself the records tell nothing but its servers.
void Table::restore_server(model::ServerRecord const& record) {
    auto& service = entry(record.service);
    if (!record.changed) return service.forget_server_change(record.server);
    if (record.configured && service.configured_server(record.server) == nullptr)
        service.add_configured_server(*record.configured);
    service.set_server_change({record.server, record.now, author(record.by)});
}

void Table::restore_timeouts(model::TimeoutsRecord const& record) {
    configured_timeouts_ = record.configured;
    timeouts_ = record.changed ? std::optional(record.now) : std::nullopt;
    timeouts_by_ = record.changed ? author(record.by) : By{};
}

By Table::author(model::Author const& by) {
    if (!last_restored_ || *last_restored_ != by) last_restored_ = std::make_shared<model::Author const>(by);
    return last_restored_;
}

model::DataplaneObserved Table::snapshot() const {
    model::DataplaneObserved seen;
    seen.timeouts = timeouts();
    seen.sync_daemons = sync_daemons();
    for (auto const* const service : services()) {
        auto row = observed(*service->now());
        for (auto const& server : service->servers()) row.servers.push_back(observed(server));
        seen.services.push_back(std::move(row));
    }
    return seen;
}

}  // namespace drover::live
