// Where packets for each real server go: from the kernel's routes and neighbour tables, followed as they change, and
// probed before they go stale, so that the packet path never has to ask.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "base/address.h"
#include "base/result.h"
#include "dataplane/programmer.h"
#include "netlink/io/monitor.h"
#include "netlink/io/socket.h"

namespace drover::dataplane {

class NextHops {
public:
    /// `publish` is called for every real server whose next hop changed.
    using Publish = std::function<void(Address const& server, std::optional<NextHop> const& hop)>;

    static Result<NextHops> open(Publish publish);

    /// The real servers to look after from now on.
    void want(std::set<Address> const& servers);
    /// What the netlink monitor told.
    void on_events(std::vector<netlink::Event> const& events);
    /// Call it every kRefreshEvery: asks again for what is not known and for what goes stale.
    void refresh();
    /// Interfaces by which packets for the real servers leave.
    std::set<int> interfaces() const;

    static constexpr Duration kRefreshEvery = 1s;

private:
    NextHops(netlink::Socket socket, Publish publish) : socket_(std::move(socket)), publish_(std::move(publish)) {}

    struct Way {  // the routing table's answer; the neighbour table's is looked up each time
        bool local = false;
        int ifindex = 0;
        Address neighbour;  // the gateway, or the server itself
        bool operator==(Way const&) const = default;
    };
    std::optional<Way> find_way(Address const& server);
    std::optional<NextHop> find_hop(Address const& server, Way const& way);
    void resolve(Address const& server);
    void resolve_all();
    void resolve_behind(netlink::Neighbour const& neighbour);

    netlink::Socket socket_;
    Publish publish_;
    std::map<Address, std::optional<Way>> ways_;
    std::map<Address, std::optional<NextHop>> hops_;
};

}  // namespace drover::dataplane
