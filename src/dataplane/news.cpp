#include "dataplane/news.h"

#include <algorithm>

#include "sync/rules.h"

namespace drover::dataplane {

namespace {

// A template moves only when a connection is made under it, and IPVS tells it with each of them: else a peer that was away
// meanwhile has the connections of a client, and not where the next one goes.
constexpr std::uint32_t kTemplateAgainAfter = 1;

}  // namespace

bool News::collect(std::vector<sync::Connection>& connections, Measure const& measure, std::uint32_t now) {
    auto const [most, slots, period_s] = measure;
    while (connections.size() < most) {
        auto const key = journal_.next();
        if (!key) break;
        look_up(*key, connections, period_s, now);
    }
    auto const end = std::min(walked_ + slots, slots_.size());
    for (; walked_ < end && connections.size() < most; ++walked_) {
        auto const found = slots_.look(walked_);
        if (found) look(walked_, wide_form(found->key, found->is_wide), found->meta, connections, period_s, now);
    }
    if (walked_ == slots_.size()) walked_ = 0;
    return connections.size() >= most;
}

void News::look_up(SlotKey const& wide, std::vector<sync::Connection>& connections, std::uint32_t period_s,
                   std::uint32_t now) {
    bool const is_wide = translation_.is_wide(wide.service());
    auto const found = slots_.find(table_form(wide, is_wide), is_wide);
    if (found.is_live()) return look(found.number, wide, found.meta, connections, period_s, now);
    if (found.meta != 0) return;  // being made: the walk comes by
    if (auto const ended = translation_.ended(wide)) connections.push_back(*ended);
}

void News::look(std::size_t number, SlotKey const& wide, std::uint64_t meta, std::vector<sync::Connection>& connections,
                std::uint32_t period_s, std::uint32_t now) {
    auto const timeout = translation_.timeout_of(wide, meta);
    auto const again_after = is_template(meta)
                                 ? kTemplateAgainAfter
                                 : ticks_.from_seconds(sync::refresh_after(ticks_.to_seconds(timeout), period_s));
    if (told_.knows(number, meta) && told_.moved(number, meta) < again_after) return;
    if (contract::meta_age(meta, now) > timeout) return;
    auto const connection = translation_.told(wide, meta, now);
    if (!connection || !sync::is_told(*connection)) return;
    connections.push_back(*connection);
    told_.set(number, meta);
}

}  // namespace drover::dataplane
