// What an earlier daemon has left in the tables, as far as it can be told from them.
#include <algorithm>

#include "dataplane/encode.h"
#include "dataplane/programmer.h"
#include "dataplane/settings.h"

namespace drover::dataplane {

void Programmer::adopt() {
    set_limits(read_limits(*tables_.settings, ticks_));
    set_timeouts(read_timeouts(*tables_.settings, ticks_).value_or(current_.timeouts));
    for (auto const id : book_.in_service()) {
        rings_.reserve(published_[id] = tables_.services[id].ring);
        for (auto const number : book_.servers_in_service(id)) adopt_next_hop(id, number);
        if (!adopt_service(id)) unfinished_.insert(book_.key_of(id));
    }
}

/// False if the earlier daemon died before it had carried everything out; apply() does it then.
bool Programmer::adopt_service(std::uint32_t id) {
    auto const service = read_service(id);
    current_.services.push_back(service);
    return vips_.adopt(service.key, id).has_value() && ring_fits(id, service);
}

void Programmer::adopt_next_hop(std::uint32_t id, std::uint16_t number) {
    auto const& record = tables_.servers[book_.record_of(id, number)];
    auto const address = book_.server_of(id, number).address;
    places_[address].insert({id, number});
    if ((record.flags & contract::SERVER_LOCAL) != 0)
        next_hops_[address] = {{}, 0, true};
    else if (record.next_hop != 0)
        next_hops_[address] = {mac_of(record.next_hop), ports_.ifindex_at(record.next_hop >> 48), false,
                               (record.flags & contract::SERVER_ON_LINK) != 0};
}

model::DesiredService Programmer::read_service(std::uint32_t id) const {
    auto const& record = tables_.services[id];
    model::DesiredService service;
    service.key = book_.key_of(id);
    service.scheduler = static_cast<model::Scheduler>(tables_.service_names[id].scheduler);
    service.flags = scheduler_flags(record.flags);
    service.persistence_timeout = ticks_.to_seconds(record.persistence);
    service.persistence_prefix = mask_length(record.persistence_mask, service.key.endpoint.address.family());
    read_kind(record.flags, service);
    for (auto const& rule : kernel_.sources_of(id)) (rule.allowed ? service.allow : service.deny).push_back(rule.prefix);
    service.instance = record.role == 0 ? std::string{} : roles_.name_of(record.role);
    for (auto const number : book_.servers_in_service(id))
        service.servers.push_back(read_server(id, number));
    return service;
}

model::DesiredServer Programmer::read_server(std::uint32_t id, std::uint16_t number) const {
    auto const& record = tables_.servers[book_.record_of(id, number)];
    return {book_.server_of(id, number), static_cast<std::int32_t>(record.weight), record.upper, record.lower};
}

/// The turns of each server are right; their order, which is the configuration's, cannot be told from the tables.
bool Programmer::ring_fits(std::uint32_t id, model::DesiredService const& service) const {
    auto wanted = ring_of(id, service);
    auto is = rings_.read(tables_.services[id].ring);
    if (!is) return false;
    std::ranges::sort(*is);
    std::ranges::sort(wanted);
    return *is == wanted;
}

}  // namespace drover::dataplane
