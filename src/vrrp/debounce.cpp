#include "vrrp/debounce.h"

#include <algorithm>

namespace drover::vrrp {

void Debounce::configure(std::vector<model::LinkDelay> const& delays) {
    delays_.clear();
    for (auto const& delay : delays) delays_.emplace(delay.interface, delay);
}

bool Debounce::judge(std::string const& interface, bool up, TimePoint now) {
    auto const [found, is_new] = links_.emplace(interface, Link{up, {}});
    auto& link = found->second;
    if (link.counts == up) {
        link.changed.reset();
        return up;
    }
    if (!link.changed) link.changed = now;
    if (*due(interface, link) <= now) link = {up, {}};
    return link.counts;
}

void Debounce::keep_only(std::set<std::string> const& interfaces) {
    std::erase_if(links_, [&](auto const& entry) { return !interfaces.contains(entry.first); });
}

std::optional<TimePoint> Debounce::due(std::string const& interface, Link const& link) const {
    if (!link.changed) return std::nullopt;
    auto const delay = delays_.find(interface);
    if (delay == delays_.end()) return link.changed;
    return *link.changed + (link.counts ? delay->second.down : delay->second.up);
}

std::optional<TimePoint> Debounce::settles_at() const {
    std::optional<TimePoint> first;
    for (auto const& [interface, link] : links_)
        if (auto const at = due(interface, link)) first = std::min(first.value_or(TimePoint::max()), *at);
    return first;
}

}  // namespace drover::vrrp
