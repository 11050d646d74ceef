#include "app/vrrp_announcer.h"

#include <algorithm>

#include "base/log.h"

namespace drover::app {

void VrrpAnnouncer::announce(netlink::Link const& link, Address const& address, Duration pace, TimePoint now) {
    auto const group = std::ranges::find_if(
        groups_, [&](auto const& g) { return std::ranges::find(g.interfaces, link.name) != g.interfaces.end(); });
    int lane = link.index;
    if (group != groups_.end()) {
        pace = address.is_v4() ? group->pace : group->na_pace;
        lane = -1 - static_cast<int>(group - groups_.begin());  // no interface has such a number
    }
    if (pace == Duration{0}) return send(link, address);
    queue_.add({link.index, address}, pace, lane);
    run_timers(now);
}

void VrrpAnnouncer::run_timers(TimePoint now) {
    for (auto const& [ifindex, address] : queue_.due(now))
        if (auto const* const link = network_.link(ifindex)) send(*link, address);
}

void VrrpAnnouncer::send(netlink::Link const& link, Address const& address) {
    if (!link.mac || !link.ethernet) return;
    std::string_view const what = address.is_v4() ? "gratuitous ARP" : "unsolicited Neighbour Advert";
    bool const router = !address.is_v4() && network_.forwards_ipv6(link.name);
    if (auto const sent = transmitter_.announce(link.index, *link.mac, address, router); !sent)
        log::warning("{} on {} for {}: {}", what, link.name, address.text(), sent.error().message);
    else
        log::debug("Sending {} on {} for {}", what, link.name, address.text());
}

}  // namespace drover::app
