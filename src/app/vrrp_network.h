// The host's interfaces and addresses as the VRRP thread knows them: dumped once, then followed by netlink. Its sockets
// are the thread's own, so that nobody else's business on the network delays an advert.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "netlink/io/address.h"
#include "netlink/io/link.h"
#include "netlink/io/monitor.h"
#include "netlink/io/socket.h"
#include "vrrp/debounce.h"
#include "vrrp/conditions.h"

namespace drover::app {

class VrrpNetwork {
public:
    /// In the network namespace of the calling thread.
    static Result<VrrpNetwork> open();

    /// Readable when something has changed.
    int fd() const { return monitor_.fd(); }
    struct Changes {
        bool links = false;
        bool addresses = false;
        bool holdings = false;  ///< a route of ours has gone, or a rule
    };
    /// Works in what has changed since the last call.
    Result<Changes> follow();

    netlink::Socket& socket() { return socket_; }
    /// Null when there is none of that name now.
    netlink::Link const* link(std::string_view name) const;
    netlink::Link const* link(int index) const;
    bool has_address(int ifindex, Prefix const& prefix) const;

    // What is made or deleted so is known at once, before netlink tells of it.
    Result<void> add_macvlan(std::string_view name, netlink::Link const& parent, Mac const& mac);
    Result<void> delete_link(std::string_view name);

    /// The sysctl net.ipv6.conf.INTERFACE.forwarding, as it is now.
    bool forwards_ipv6(std::string_view interface) const;

    /// Changes of these links count when they have lasted.
    void delay(std::vector<model::LinkDelay> const& delays) { debounce_.configure(delays); }

    /// Every interface is made switched off, so one that appears becomes known (vrrp::Surroundings) when it is up, or
    /// when it has stayed down for a second; those of the start are known at once.
    vrrp::Surroundings surroundings(std::set<Address> virtual_addresses, TimePoint now);
    /// When surroundings() will differ although nothing has happened.
    std::optional<TimePoint> settles_at() const;

private:
    VrrpNetwork(netlink::Socket socket, netlink::Monitor monitor)
        : socket_(std::move(socket)), monitor_(std::move(monitor)) {}

    Result<void> dump();
    void work_in(netlink::Event const& event);
    void add(netlink::InterfaceAddress const& address);
    void remove(netlink::InterfaceAddress const& address);

    netlink::Socket socket_;
    netlink::Monitor monitor_;
    std::map<int, netlink::Link> links_;
    std::vector<netlink::InterfaceAddress> addresses_;
    std::set<std::string> known_;
    vrrp::Debounce debounce_;
    std::map<std::string, TimePoint> appeared_;  ///< not known yet, and since when
};

}  // namespace drover::app
