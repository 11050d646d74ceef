// Where packets for each real server go: from the kernel's routes and neighbour tables, followed as they change, and
// asked for again before they go stale, so that the packet path never has to ask.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "base/address.h"
#include "base/result.h"
#include "dataplane/io/asker.h"
#include "dataplane/programmer.h"
#include "dataplane/rounds.h"
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
    /// Call it every kRefreshEvery: asks again for what is not known.
    void refresh();
    /// Call it every Rounds::kTurn: asks those that are known whether they still have their MAC.
    void ask_around(TimePoint now);
    /// Interfaces by which packets for the real servers leave.
    std::set<int> interfaces() const;

    static constexpr Duration kRefreshEvery = 1s;

private:
    NextHops(netlink::Socket socket, Asker asker, Publish publish)
        : socket_(std::move(socket)), asker_(std::move(asker)), publish_(std::move(publish)) {}

    struct Way {  // the routing table's answer; the neighbour table's is looked up each time
        bool local = false;
        int ifindex = 0;
        Address neighbour;  // the gateway, or the server itself
        std::optional<Address> source;  // whom this host is there
        bool operator==(Way const&) const = default;
    };
    std::optional<Way> find_way(Address const& server);
    std::optional<NextHop> find_hop(Address const& server, Way const& way);
    void resolve(Address const& server);
    void resolve_all();
    /// Keeps behind_ up to date.
    void stand_behind(Address const& server, std::optional<Way> const& before, std::optional<Way> const& now);
    void resolve_behind(netlink::Neighbour const& neighbour);
    void choose_whom_to_ask(TimePoint now);
    void ask(Question const& question);
    bool has_answered(NeighbourAt const& neighbour, Duration ago, TimePoint now);
    std::optional<Mac> own_mac(int ifindex);
    bool has_come_up(netlink::Link const& link);
    std::vector<Address> unknown() const;
    void ask_for_unknown();

    netlink::Socket socket_;
    Asker asker_;
    Publish publish_;
    std::map<Address, std::optional<Way>> ways_;
    std::map<NeighbourAt, std::set<Address>> behind_;  ///< the servers that are reached by a neighbour
    std::map<Address, std::optional<NextHop>> hops_;
    struct Asked {  // one for all the servers behind a neighbour
        std::optional<Address> source;
        Mac mac;
        std::optional<TimePoint> silent_since;
    };
    std::map<NeighbourAt, Asked> asked_;
    bool asks_the_right_ = true;  // asked_ fits hops_
    Rounds rounds_;
    std::map<int, Mac> own_macs_;  // of the interfaces
    std::set<int> down_;           // the interfaces without a carrier
};

}  // namespace drover::dataplane
