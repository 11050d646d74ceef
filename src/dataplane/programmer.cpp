#include "dataplane/programmer.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "base/overloaded.h"
#include "dataplane/encode.h"
#include "dataplane/settings.h"
#include "dataplane/words.h"
#include "scheduler/maglev.h"
#include "scheduler/ring.h"

namespace drover::dataplane {

Programmer::Programmer(Tables const& tables, Kernel& kernel, Ticks ticks)
    : tables_(tables), kernel_(kernel), ticks_(ticks), book_(tables), vips_(tables.vips, kernel), roles_(tables.roles, tables.rivals),
      ports_(tables.ports, *tables.settings), records_(tables, kernel, ticks, book_, ports_), rings_(tables.rings),
      grace_(tables, kernel, book_, rings_) {
    roles_.open_default();
    adopt();
}

std::vector<std::uint16_t> Programmer::ring_of(std::uint32_t id, model::DesiredService const& service) const {
    std::vector<scheduler::Candidate> candidates;
    for (auto const& server : service.servers)
        if (auto const number = book_.find_server(id, server.endpoint))
            candidates.push_back({*number, server.weight,
                                  static_cast<std::int32_t>(tables_.servers[book_.record_of(id, *number)].last_weight),
                                  server.endpoint});
    return scheduler::ring(service.scheduler, service.flags, candidates, contract::MAX_RING);
}

Result<std::vector<plan::Change>> Programmer::apply(model::Desired const& wanted) {
    std::vector<plan::Change> const changes = plan::diff(current_, wanted);
    auto const done = carry_all_out(changes, wanted.services, std::exchange(unfinished_, {}));
    current_places_.clear();
    if (!done) {
        read_back();
        return std::unexpected(done.error());
    }
    current_.services = wanted.services;
    return changes;
}

Result<std::vector<plan::Change>> Programmer::apply_some(std::span<ServiceKey const> keys,
                                                         std::vector<model::DesiredService> wanted) {
    model::Desired is{current_.timeouts, {}, current_.limits}, then{current_.timeouts, std::move(wanted), current_.limits};
    std::set<ServiceKey> unfinished;
    for (auto const& key : keys) {
        if (auto const place = places_in_current().find(key); place != current_places_.end())
            is.services.push_back(current_.services[place->second]);
        if (unfinished_.erase(key) > 0) unfinished.insert(key);
    }
    std::vector<plan::Change> const changes = plan::diff(is, then);
    if (auto const done = carry_all_out(changes, then.services, std::move(unfinished)); !done) {
        read_back();
        return std::unexpected(done.error());
    }
    replace_some(keys, std::move(then.services));
    return changes;
}

/// `touched`: services that an earlier apply() could not finish.
Result<void> Programmer::carry_all_out(std::vector<plan::Change> const& changes,
                                       std::vector<model::DesiredService> const& wanted, std::set<ServiceKey> touched) {
    Result<void> done;
    for (auto const& change : changes) {
        done = carry_out(change);
        if (!done) break;
        std::visit(Overloaded{[](plan::SetTimeouts const&) {}, [](plan::SetLimits const&) {}, [](plan::RemoveService const&) {},
                              [](plan::AddService const&) {},
                              [&](plan::ChangeService const& c) { touched.insert(c.service.key); },
                              [&](auto const& c) { touched.insert(c.service); }},
                   change);
    }
    for (auto const& service : wanted)
        if (touched.contains(service.key))
            if (auto finished = finish(service); !finished && done) done = finished;
    retire_servers();
    return done;
}

/// After a failure: what the tables have.
void Programmer::read_back() {
    current_.services.clear();
    current_places_.clear();
    for (auto const id : book_.in_service()) current_.services.push_back(read_service(id));
}

std::unordered_map<ServiceKey, std::size_t> const& Programmer::places_in_current() {
    if (current_places_.empty())
        for (std::size_t i = 0; i < current_.services.size(); ++i) current_places_.emplace(current_.services[i].key, i);
    return current_places_;
}

void Programmer::replace_some(std::span<ServiceKey const> keys, std::vector<model::DesiredService> wanted) {
    std::unordered_set<ServiceKey> gone(keys.begin(), keys.end());
    for (auto& service : wanted) {
        gone.erase(service.key);
        auto const place = places_in_current().find(service.key);
        if (place != current_places_.end()) {
            current_.services[place->second] = std::move(service);
            continue;
        }
        current_places_.emplace(service.key, current_.services.size());
        current_.services.push_back(std::move(service));
    }
    if (gone.empty()) return;
    std::erase_if(current_.services, [&](model::DesiredService const& service) { return gone.contains(service.key); });
    current_places_.clear();
}

/// Entry and ring of a service that was changed; one that cannot be finished now is tried again by the next apply().
Result<void> Programmer::finish(model::DesiredService const& service) {
    auto const id = book_.find_service(service.key);
    if (!id) return {};
    records_.write_local_flag(*id);
    auto done = vips_.adopt(service.key, *id);
    if (done) done = publish_ring(*id, service);
    if (!done) unfinished_.insert(service.key);
    return done;
}

std::vector<std::string> Programmer::reconcile(std::size_t count) {
    std::vector<std::string> restored;
    auto const& services = current_.services;
    if (next_to_reconcile_ >= services.size()) {
        next_to_reconcile_ = 0;
        if (restore_settings()) restored.emplace_back("the settings");
    }
    for (auto const end = std::min(next_to_reconcile_ + count, services.size()); next_to_reconcile_ < end; ++next_to_reconcile_) {
        auto const& service = services[next_to_reconcile_];
        auto const id = book_.find_service(service.key);
        if (id && !unfinished_.contains(service.key) && restore(*id, service))
            restored.push_back("service " + service.key.keepalived_text());
    }
    return restored;
}

bool Programmer::restore_settings() {
    if (read_timeouts(*tables_.settings, ticks_) == current_.timeouts && read_limits(*tables_.settings, ticks_) == limits_written_)
        return false;
    set_timeouts(current_.timeouts);
    set_limits(current_.limits);
    return true;
}

/// Writes all of it again; true if anything was otherwise.
bool Programmer::restore(std::uint32_t id, model::DesiredService const& service) {
    auto const before = records_.written();
    (void)write_service(id, service);
    for (auto const& server : service.servers) {
        auto const number = book_.find_server(id, server.endpoint);
        if (!number) continue;
        records_.write_server(id, *number, server);
        write_next_hop(id, *number);
    }
    records_.write_local_flag(id);
    auto const ring = published_[id];
    records_.write_ring(id, ring);
    if (!rings_.is_whole(ring)) (void)publish_ring(id, service);
    auto const is_found = vips_.restore(service.key, id);
    return records_.written() != before || (is_found && *is_found);
}

Result<void> Programmer::carry_out(plan::Change const& change) {
    auto const id_of = [this](ServiceKey const& key) { return *book_.find_service(key); };
    return std::visit(
        Overloaded{
            [this](plan::SetTimeouts const& c) {
                set_timeouts(c.timeouts);
                return Result<void>{};
            },
            [this](plan::SetLimits const& c) {
                set_limits(c.limits);
                return Result<void>{};
            },
            [this](plan::AddService const& c) { return add_service(c.service); },
            [this](plan::RemoveService const& c) { return remove_service(c.key); },
            [this](plan::ChangeService const& c) { return change_service(c.service); },
            [&](plan::AddServer const& c) { return add_server(id_of(c.service), c.server); },
            [&](plan::RemoveServer const& c) {
                auto const id = id_of(c.service);
                return remove_server(id, *book_.find_server(id, c.server));
            },
            [&](plan::ChangeServer const& c) {
                auto const id = id_of(c.service);
                records_.write_server(id, *book_.find_server(id, c.to.endpoint), c.to);
                return Result<void>{};
            },
        },
        change);
}

void Programmer::set_timeouts(model::Timeouts const& timeouts) {
    write_timeouts(*tables_.settings, ticks_, timeouts);
    current_.timeouts = timeouts;
}

void Programmer::set_limits(model::Limits const& limits) {
    write_limits(*tables_.settings, ticks_, limits);
    limits_written_ = read_limits(*tables_.settings, ticks_);
    current_.limits = limits;
}

/// A service that cannot be had whole is not there at all.
Result<void> Programmer::add_service(model::DesiredService const& service) {
    auto const added = book_.add_service(service.key, static_cast<std::uint32_t>(service.servers.size()));
    if (!added) return std::unexpected(added.error());
    if (added->fresh) tables_.service_names[added->id].carried = negated(kernel_.service_traffic(added->id));
    auto const filled = fill_service(added->id, service);
    if (!filled) (void)remove_service(service.key);
    return filled;
}

Result<void> Programmer::fill_service(std::uint32_t id, model::DesiredService const& service) {
    if (auto done = write_service(id, service); !done) return done;
    for (auto const& server : service.servers)
        if (auto done = add_server(id, server); !done) return done;
    records_.write_local_flag(id);
    grace_.before_new_vip();
    if (auto done = publish_ring(id, service); !done) return done;
    return vips_.insert(service.key, id);
}

Result<void> Programmer::remove_service(ServiceKey const& key) {
    auto const id = *book_.find_service(key);
    vips_.erase(key);
    grace_.leave_vip();
    grace_.leave_ring(std::exchange(published_[id], 0));
    records_.write_ring(id, 0);
    for (auto const number : book_.servers_in_service(id)) (void)remove_server(id, number);
    book_.remove_service(id);
    return {};
}

Result<void> Programmer::change_service(model::DesiredService const& service) {
    return write_service(*book_.find_service(service.key), service);
}

Result<void> Programmer::write_service(std::uint32_t id, model::DesiredService const& service) {
    if (service.instance.empty()) return records_.write_service(id, service, 0);
    auto const role = roles_.number_of(service.instance);
    if (!role) return std::unexpected(role.error());
    return records_.write_service(id, service, *role);
}

void Programmer::write_next_hop(std::uint32_t id, std::uint16_t number) {
    records_.write_next_hop(id, number, next_hop(book_.server_of(id, number).address));
}

Result<void> Programmer::add_server(std::uint32_t id, model::DesiredServer const& server) {
    auto added = book_.add_server(id, server.endpoint);
    if (!added) {
        if (auto grown = grow_room(id); !grown) return grown;
        added = book_.add_server(id, server.endpoint);
    }
    auto const record = book_.record_of(id, added->number);
    if (added->fresh) tables_.server_names[record].carried = negated(kernel_.server_traffic(record));
    places_[server.endpoint.address].insert({id, added->number});
    write_next_hop(id, added->number);
    if (added->fresh) {
        store(tables_.loads[record].overloaded, __u16{0});
        store(tables_.loads[record].cached, __u16{0});
    }
    store(tables_.servers[record].last_weight, static_cast<__u32>(server.weight));
    records_.write_server(id, added->number, server);
    return {};
}

Result<void> Programmer::remove_server(std::uint32_t id, std::uint16_t number) {
    auto const places = places_.find(book_.server_of(id, number).address);
    places->second.erase({id, number});
    if (places->second.empty()) places_.erase(places);
    book_.remove_server(id, number);
    leaving_.push_back({id, number});
    return {};
}

/// As long as a ring named them, new connections came to them and had to be served.
void Programmer::retire_servers() {
    for (auto const& [id, number] : std::exchange(leaving_, {})) {
        if (book_.is_in_service(id, number)) continue;
        auto& flags = tables_.servers[book_.record_of(id, number)].flags;
        store(flags, flags & ~__u32{contract::SERVER_AVAILABLE});
    }
}

Result<std::size_t> Programmer::zero(std::optional<ServiceKey> const& service) {
    if (!service) {
        auto const ids = book_.in_service();
        for (auto const id : ids) zero_service(id);
        return ids.size();
    }
    auto const id = book_.find_service(*service);
    if (!id) return fail("there is no service " + service->keepalived_text());
    zero_service(*id);
    return std::size_t{1};
}

void Programmer::zero_service(std::uint32_t id) {
    tables_.service_names[id].carried = negated(kernel_.service_traffic(id));
    for (auto const number : book_.servers_in_service(id)) {
        auto const record = book_.record_of(id, number);
        tables_.server_names[record].carried = negated(kernel_.server_traffic(record));
    }
}

Result<void> Programmer::grow_room(std::uint32_t id) {
    auto const old = book_.grow_room(id);
    if (!old) return std::unexpected(old.error());
    grace_.leave_records(id, *old);
    store(tables_.services[id].server_base, tables_.service_names[id].server_base);
    return {};
}

Result<void> Programmer::publish_ring(std::uint32_t id, model::DesiredService const& service) {
    if (service.scheduler == model::Scheduler::mh && service.servers.size() > scheduler::kMaglevSlots)
        return fail("service " + service.key.keepalived_text() + " has " + std::to_string(service.servers.size()) +
                    " real servers, but mh takes no more than " + std::to_string(scheduler::kMaglevSlots));
    auto const turn = ring_of(id, service);
    auto& word = published_[id];
    if (!turn.empty() && rings_.holds(word, turn)) return {};
    auto fresh = rings_.write(turn);
    if (!fresh) {
        grace_.end_at_once();
        fresh = rings_.write(turn);
    }
    if (!fresh) return fail("no room for the ring of service " + service.key.keepalived_text());
    if (Rings::length(word) == 0)
        records_.reset_cursor(id, service.flags, scheduler::first_position(service.scheduler, turn));
    grace_.leave_ring(std::exchange(word, *fresh));
    records_.write_ring(id, word);
    return {};
}

std::optional<NextHop> Programmer::next_hop(Address const& server) const {
    auto const known = next_hops_.find(server);
    if (known == next_hops_.end()) return std::nullopt;
    return known->second;
}

void Programmer::set_next_hop(Address const& server, std::optional<NextHop> const& hop) {
    auto const before = next_hop(server);
    if (before == hop) return;
    if (hop)
        next_hops_[server] = *hop;
    else
        next_hops_.erase(server);
    auto const places = places_.find(server);
    if (places == places_.end()) return;
    bool const local_changes = (before && before->local) != (hop && hop->local);
    for (auto const& [id, number] : places->second) {
        write_next_hop(id, number);
        if (local_changes) records_.write_local_flag(id);
    }
}

void Programmer::ports_changed() {
    for (auto const& [address, places] : places_)
        for (auto const& [id, number] : places) write_next_hop(id, number);
}

}  // namespace drover::dataplane
