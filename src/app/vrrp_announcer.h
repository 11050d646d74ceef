// Tells the links where virtual addresses are, at the pace that is configured.
#pragma once

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "app/vrrp_network.h"
#include "base/address.h"
#include "base/time.h"
#include "model/links.h"
#include "vrrp/announcement_queue.h"
#include "vrrp/io/transmitter.h"

namespace drover::app {

class VrrpAnnouncer {
public:
    VrrpAnnouncer(VrrpNetwork& network, vrrp::Transmitter& transmitter)
        : network_(network), transmitter_(transmitter) {}

    /// The interfaces of such a group keep its pace, whatever announce() is called with.
    void configure(std::vector<model::GarpGroup> groups) { groups_ = std::move(groups); }

    /// One frame, at once if `pace` is 0. Links that are no Ethernet are left out.
    void announce(netlink::Link const& link, Address const& address, Duration pace, TimePoint now);
    /// What waits of an address that is given up.
    void forget(Address const& address) { queue_.forget(address); }

    /// Sends what is due.
    void run_timers(TimePoint now);
    std::optional<TimePoint> wakes_at() const { return queue_.wakes_at(); }

private:
    void send(netlink::Link const& link, Address const& address);

    VrrpNetwork& network_;
    vrrp::Transmitter& transmitter_;
    vrrp::AnnouncementQueue queue_;
    std::vector<model::GarpGroup> groups_;
};

}  // namespace drover::app
