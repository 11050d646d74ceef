#include "vrrp/announcement_queue.h"

#include <algorithm>

namespace drover::vrrp {

void AnnouncementQueue::add(Entry const& entry, Duration pace, int lane) {
    auto& queue = lanes_[{lane, entry.address.family()}];
    queue.pace = pace;
    queue.waiting.push_back(entry);
}

void AnnouncementQueue::forget(Address const& address) {
    for (auto& [where, lane] : lanes_)
        std::erase_if(lane.waiting, [&](Entry const& entry) { return entry.address == address; });
}

std::vector<AnnouncementQueue::Entry> AnnouncementQueue::due(TimePoint now) {
    std::vector<Entry> all;
    for (auto& [where, lane] : lanes_) {
        while (!lane.waiting.empty() && lane.free_at <= now) {
            all.push_back(lane.waiting.front());
            lane.waiting.pop_front();
            lane.free_at = now + lane.pace;
        }
    }
    return all;
}

std::optional<TimePoint> AnnouncementQueue::wakes_at() const {
    std::optional<TimePoint> first;
    for (auto const& [where, lane] : lanes_)
        if (!lane.waiting.empty()) first = std::min(first.value_or(TimePoint::max()), lane.free_at);
    return first;
}

}  // namespace drover::vrrp
