#include "dataplane/records.h"

#include <algorithm>
#include <vector>

#include "dataplane/encode.h"

namespace drover::dataplane {

/// A random start comes from the table's own seed, which no other director has.
void Records::reset_cursor(std::uint32_t id, model::SchedulerFlags const& flags, std::size_t start) {
    auto& cursor = tables_.cursors[id];
    store(cursor.next, flags.random_start ? contract::narrow_hash(id, tables_.layout->seed) : __u64{start});
    store(cursor.cached, __u64{0});
    store(cursor.set, __u64{0});
}

Result<void> Records::write_service(std::uint32_t id, model::DesiredService const& service, std::uint32_t role) {
    auto& record = tables_.services[id];
    auto& name = tables_.service_names[id];
    if (name.scheduler != static_cast<__u32>(service.scheduler)) reset_cursor(id, service.flags, 0);
    name.scheduler = static_cast<__u32>(service.scheduler);
    if (auto done = write_sources(id, service); !done) return done;
    set(record.flags, (record.flags & __u32{contract::SERVICE_HAS_LOCAL}) | kind_flags(service) |
                            scheduler_bits(service.scheduler, service.flags));
    set(record.pick, __u32{pick_of(service.scheduler)});
    set(record.server_base, name.server_base);
    set(record.protocol, static_cast<__u32>(service.key.protocol));
    __u64 mask[2];
    put_mask(mask, service.persistence_prefix, service.key.endpoint.address.family());
    set(record.persistence_mask[0], mask[0]);
    set(record.persistence_mask[1], mask[1]);
    set(record.persistence,
          service.persistence_timeout == 0 ? 0 : __u32{ticks_.from_seconds(service.persistence_timeout)});
    set(record.role, __u32{role});
    return {};
}

/// Brings the trie in line; nothing else of the service's is touched by a prefix that stays.
Result<void> Records::write_sources(std::uint32_t id, model::DesiredService const& service) {
    std::vector<SourceRule> wanted;
    for (auto const& prefix : service.deny) wanted.push_back({prefix.network(), false});
    for (auto const& prefix : service.allow) wanted.push_back({prefix.network(), true});
    auto const now = kernel_.sources_of(id);
    for (auto const& rule : now)
        if (std::ranges::find(wanted, rule.prefix, &SourceRule::prefix) == wanted.end()) kernel_.remove_source(id, rule.prefix);
    for (auto const& rule : wanted)
        if (std::ranges::find(now, rule) == now.end())
            if (auto done = kernel_.put_source(id, rule); !done) return done;
    return {};
}

/// Room made by a higher threshold counts at once, as in __ip_vs_update_dest().
void Records::write_server(std::uint32_t id, std::uint16_t number, model::DesiredServer const& server) {
    auto& record = tables_.servers[book_.record_of(id, number)];
    if (server.upper_threshold == 0 || server.upper_threshold > record.upper)
        set(tables_.loads[book_.record_of(id, number)].overloaded, __u16{0});
    set(record.upper, __u32{server.upper_threshold});
    set(record.lower, __u32{server.lower_threshold});
    if (server.weight != 0) set(record.last_weight, static_cast<__u32>(server.weight));
    set(record.weight, static_cast<__u32>(server.weight));
    set(record.flags, record.flags | __u32{contract::SERVER_AVAILABLE});
}

void Records::write_next_hop(std::uint32_t id, std::uint16_t number, std::optional<NextHop> const& hop) {
    auto& server = tables_.servers[book_.record_of(id, number)];
    auto const slot = hop && !hop->local ? ports_.find(hop->ifindex) : std::nullopt;
    set(server.next_hop, slot ? __u64{contract::next_hop_word(mac_word(hop->mac), *slot)} : __u64{0});
    auto const local = hop && hop->local ? __u32{contract::SERVER_LOCAL} : __u32{0};
    auto const on_link = hop && hop->on_link ? __u32{contract::SERVER_ON_LINK} : __u32{0};
    set(server.flags, (server.flags & ~__u32{contract::SERVER_LOCAL | contract::SERVER_ON_LINK}) | local | on_link);
}

void Records::write_local_flag(std::uint32_t id) {
    bool local = false;
    for (auto const number : book_.servers_in_service(id))
        local = local || (tables_.servers[book_.record_of(id, number)].flags & contract::SERVER_LOCAL) != 0;
    auto& flags = tables_.services[id].flags;
    set(flags, local ? flags | __u32{contract::SERVICE_HAS_LOCAL} : flags & ~__u32{contract::SERVICE_HAS_LOCAL});
}

}  // namespace drover::dataplane
