#include "dataplane/replica.h"

namespace drover::dataplane {

namespace {

/// How often an entry is looked up anew that somebody else is just making.
constexpr int kTries = 3;

/// A connection that tells of its own end may be one that another has replaced: IPVS does not let it replace that one.
bool may_replace(sync::Connection const& connection) {
    bool const has_end = connection.protocol != static_cast<std::uint8_t>(Protocol::udp) && !connection.is_template();
    return !has_end || (connection.flags & sync::flag_inactive) == 0;
}

}  // namespace

void Replica::put(sync::Connection const& connection, std::uint32_t now) {
    auto const entry = translation_.entry(connection, now);
    if (!entry) {
        switch (entry.error()) {
            case Translation::Unknown::service: ++counters_.unknown_service; return;
            case Translation::Unknown::server: ++counters_.unknown_server; return;
            case Translation::Unknown::firewall_mark: ++counters_.firewall_mark; return;
        }
    }
    bool const serving = translation_.is_serving(entry->key.service());
    if (connection.ended) return end(*entry, serving);
    for (int i = 0; i < kTries; ++i) {
        auto const found = slots_.find(entry->key, entry->is_wide);
        if (found.is_live()) {
            if (serving)
                ++counters_.kept;
            else
                change(found, *entry, connection);
            return;
        }
        if (found.meta != 0) continue;
        auto const taken = slots_.take(entry->key, entry->is_wide, entry->meta);
        if (taken.outcome == SlotTable::Outcome::busy) continue;
        if (taken.outcome == SlotTable::Outcome::full) {
            ++counters_.no_room;
            return;
        }
        told_.set(taken.number, taken.meta);
        ++counters_.made;
        return;
    }
    ++counters_.busy;
}

void Replica::change(SlotTable::Found const& found, Translation::Entry const& entry, sync::Connection const& connection) {
    auto const meta = entry.meta;
    bool const same_server = contract::meta_server(found.meta) == contract::meta_server(meta);
    if (!same_server && !may_replace(connection)) {
        ++counters_.kept;
        return;
    }
    auto const is = contract::make_meta(contract::SLOT_LIVE, contract::meta_generation(found.meta), contract::meta_server(meta),
                                        contract::meta_state(meta), contract::meta_flags(meta), contract::meta_tick(meta));
    if (!slots_.change(found, is)) {
        ++counters_.busy;
        return;
    }
    told_.set(found.number, is);
    ++(same_server ? counters_.confirmed : counters_.replaced);
}

void Replica::end(Translation::Entry const& entry, bool serving) {
    auto const found = slots_.find(entry.key, entry.is_wide);
    if (!found.is_live()) return;
    if (serving)
        ++counters_.kept;
    else if (slots_.free(found))
        ++counters_.ended;
    else
        ++counters_.busy;
}

}  // namespace drover::dataplane
