#include "dataplane/rows.h"

#include <algorithm>
#include <array>

#include "dataplane/encode.h"
#include "dataplane/words.h"

namespace drover::dataplane {

namespace {

/// By the contract's number.
constexpr std::array<model::ConnectionState, contract::STATE_COUNT> kStates = [] {
    using enum model::ConnectionState;
    return std::array{none,        established, syn_sent,       syn_recv,    fin_wait, time_wait,     close,
                      close_wait,  last_ack,    listen,         synack,      udp,      none,          init1,
                      init,        cookie_sent, cookie_replied, cookie_wait, cookie,   cookie_echoed, established,
                      shutdown_sent, shutdown_received, shutdown_ack_sent, rejected, closed};
}();

model::ConnectionState shown_state(std::uint64_t meta) {
    if (is_template(meta))
        return (contract::meta_flags(meta) & contract::FLAG_ASSURED) != 0 ? model::ConnectionState::assured
                                                                           : model::ConnectionState::none;
    auto const state = contract::meta_state(meta);
    return state < kStates.size() ? kStates[state] : model::ConnectionState::none;
}

}  // namespace

bool RowCursor::next(std::vector<model::ConnectionRow>& rows, std::size_t most, std::uint32_t now) {
    rows.clear();
    auto const walk = [&](auto buckets, std::size_t first) {
        for (; bucket_ < first + buckets.size() && rows.size() < most; ++bucket_)
            for (auto& slot : buckets[bucket_ - first].slot)
                if (model::ConnectionRow row; read(SlotRef(slot), now, row)) rows.push_back(row);
    };
    walk(tables_.narrow, 0);
    if (bucket_ >= tables_.narrow.size()) walk(tables_.wide, tables_.narrow.size());
    return !rows.empty();
}

bool RowCursor::read(SlotRef slot, std::uint32_t now, model::ConnectionRow& row) const {
    auto const meta = load(slot.meta());
    if (contract::meta_slot_state(meta) != contract::SLOT_LIVE) return false;
    auto const key = slot.key();
    auto const again = load(slot.meta());
    if (contract::meta_slot_state(again) != contract::SLOT_LIVE ||
        contract::meta_generation(meta) != contract::meta_generation(again))
        return false;
    auto const id = key.service();
    if (id >= tables_.service_names.size() || tables_.service_names[id].use == contract::NAME_FREE) return false;
    auto const number = static_cast<std::uint16_t>(contract::meta_server(again));
    if (number >= tables_.service_names[id].server_room) return false;

    row.is_template = is_template(again);
    std::uint32_t timeout = load(tables_.settings->timeout[contract::meta_state(again)]);
    if (row.is_template)
        timeout = (contract::meta_flags(again) & contract::FLAG_REARMED) != 0 ? ticks_.from_seconds(60)
                                                                               : load(tables_.services[id].persistence);
    auto const age = contract::meta_age(again, now);
    if (age > timeout && !row.is_template) return false;

    auto const service = book_.key_of(id);
    row.protocol = service.protocol;
    row.expires = ticks_.to_seconds(timeout - std::min(age, timeout));
    row.state = shown_state(again);
    row.client = {client_of(key, slot.is_wide()), swap_port(static_cast<std::uint16_t>(key.last() >> 16))};
    row.virtual_server = service.endpoint;
    if (slot.is_wide()) row.virtual_server.port = swap_port(static_cast<std::uint16_t>(key.last() >> 32));
    row.real_server = book_.server_of(id, number);
    if (row.real_server.port == 0) row.real_server.port = row.virtual_server.port;
    return true;
}

}  // namespace drover::dataplane
