// Announcements that wait for their turn, where an interface may not send them one right after the other
// (vrrp_garp_interval, vrrp_gna_interval).
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "base/address.h"
#include "base/time.h"

namespace drover::vrrp {

class AnnouncementQueue {
public:
    struct Entry {
        int ifindex = 0;
        Address address;
        bool operator==(Entry const&) const = default;
    };

    /// Behind all of its family that wait for the same interface; `pace` is the least time between two of them.
    void add(Entry const& entry, Duration pace) { add(entry, pace, entry.ifindex); }
    /// Interfaces may share a lane; its number is none of theirs then.
    void add(Entry const& entry, Duration pace, int lane);
    /// An address that is not ours any more is not announced.
    void forget(Address const& address);

    /// What may be sent now, and counts as sent.
    std::vector<Entry> due(TimePoint now);
    /// When due() will have something; nothing: never.
    std::optional<TimePoint> wakes_at() const;

private:
    struct Lane {
        std::deque<Entry> waiting;
        Duration pace{0};
        TimePoint free_at;
    };
    std::map<std::pair<int, Family>, Lane> lanes_;
};

}  // namespace drover::vrrp
