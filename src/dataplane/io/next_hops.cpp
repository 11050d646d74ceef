#include "dataplane/io/next_hops.h"

#include <variant>

#include "base/log.h"
#include "netlink/io/neighbour.h"
#include "netlink/io/route.h"

namespace drover::dataplane {

namespace {

std::string in_words(Address const& server, std::optional<NextHop> const& hop) {
    if (!hop) return "the MAC address of real server " + server.text() + " is not known: packets for it are dropped";
    if (hop->local) return "real server " + server.text() + " is this host";
    return "real server " + server.text() + " is reached by " + hop->mac.text();
}

/// Up to so many real servers are asked every second whether they still have their MAC address. One that took another
/// without announcing it is found when three questions to the old one are not answered; the kernel alone would wait until
/// the entry goes stale, which is up to 45 s more. In larger farms that is left to the kernel.
constexpr std::size_t kMostAskedEverySecond = 64;

}  // namespace

Result<NextHops> NextHops::open(Publish publish) {
    auto socket = netlink::Socket::open();
    if (!socket) return std::unexpected(socket.error());
    return NextHops(std::move(*socket), std::move(publish));
}

void NextHops::want(std::set<Address> const& servers) {
    std::erase_if(ways_, [&](auto const& entry) { return !servers.contains(entry.first); });
    std::erase_if(hops_, [&](auto const& entry) { return !servers.contains(entry.first); });
    for (auto const& server : servers)
        if (!ways_.contains(server)) resolve(server);
}

std::optional<NextHops::Way> NextHops::find_way(Address const& server) {
    auto const route = netlink::route_get(socket_, server);
    if (!route) return std::nullopt;
    if (route->type == netlink::RouteType::local) return Way{true, 0, server};
    if (route->type != netlink::RouteType::unicast) return std::nullopt;
    return Way{false, route->oif, route->gateway.value_or(server)};
}

std::optional<NextHop> NextHops::find_hop(Address const& server, Way const& way) {
    if (way.local) return NextHop{{}, 0, true};
    auto const neighbour = netlink::neighbour_get(socket_, way.ifindex, way.neighbour);
    if (!neighbour || !*neighbour || !(*neighbour)->usable() || !(*neighbour)->mac) return std::nullopt;
    return NextHop{*(*neighbour)->mac, static_cast<std::uint32_t>(way.ifindex), false, way.neighbour == server};
}

void NextHops::resolve(Address const& server) {
    auto const way = find_way(server);
    if (way && !way->local && ways_[server] != way)
        (void)netlink::manage_neighbour(socket_, way->ifindex, way->neighbour);
    ways_[server] = way;
    auto const hop = way ? find_hop(server, *way) : std::nullopt;
    auto const known = hops_.find(server);
    if (known != hops_.end() && known->second == hop) return;
    if (hop || known != hops_.end()) log::info("{}", in_words(server, hop));
    hops_[server] = hop;
    publish_(server, hop);
}

void NextHops::resolve_all() {
    for (auto const& [server, way] : std::map(ways_)) resolve(server);
}

void NextHops::resolve_behind(netlink::Neighbour const& neighbour) {
    for (auto const& [server, way] : std::map(ways_))
        if (way && way->ifindex == neighbour.ifindex && way->neighbour == neighbour.address) resolve(server);
}

void NextHops::on_events(std::vector<netlink::Event> const& events) {
    bool routes = false;
    for (auto const& event : events) {
        if (auto const* changed = std::get_if<netlink::NeighbourChanged>(&event))
            resolve_behind(changed->neighbour);
        else
            routes = true;
    }
    if (routes) resolve_all();
}

/// The kernel keeps managed neighbours fresh by itself (5.16 and newer); on older ones, and for one that has failed, the
/// question must be put again.
void NextHops::refresh() {
    bool const ask_all = ways_.size() <= kMostAskedEverySecond;
    for (auto const& [server, way] : std::map(ways_)) {
        if (way && way->local) continue;
        if (!way || !hops_[server]) {
            resolve(server);
            if (auto const now = ways_[server]; now && !now->local && !hops_[server])
                (void)netlink::probe_neighbour(socket_, now->ifindex, now->neighbour);
            continue;
        }
        auto const neighbour = netlink::neighbour_get(socket_, way->ifindex, way->neighbour);
        if (!neighbour || !*neighbour) continue;
        auto const state = (*neighbour)->state;
        if (state == netlink::NeighbourState::stale || (ask_all && state == netlink::NeighbourState::reachable))
            (void)netlink::probe_neighbour(socket_, way->ifindex, way->neighbour);
    }
}

std::set<int> NextHops::interfaces() const {
    std::set<int> found;
    for (auto const& [server, way] : ways_)
        if (way && !way->local) found.insert(way->ifindex);
    return found;
}

}  // namespace drover::dataplane
