#include "dataplane/io/next_hops.h"

#include <utility>
#include <variant>

#include "base/log.h"
#include "netlink/io/link.h"
#include "netlink/io/neighbour.h"
#include "netlink/io/route.h"

namespace drover::dataplane {

namespace {

std::string in_words(Address const& server, std::optional<NextHop> const& hop) {
    if (!hop) return "the MAC address of real server " + server.text() + " is not known: packets for it are dropped";
    if (hop->local) return "real server " + server.text() + " is this host";
    return "real server " + server.text() + " is reached by " + hop->mac.text();
}

/// A neighbour that does not answer is left to the kernel after so long, whose own questions decide whether it is lost.
constexpr Duration kSilence = 1s;
/// The kernel counts the age of an answer in 10 ms, and by a clock of 4 ms.
constexpr Duration kSlack = 20ms;

}  // namespace

Result<NextHops> NextHops::open(Publish publish) {
    auto socket = netlink::Socket::open();
    if (!socket) return std::unexpected(socket.error());
    auto asker = Asker::open();
    if (!asker) return std::unexpected(asker.error());
    return NextHops(std::move(*socket), std::move(*asker), std::move(publish));
}

void NextHops::want(std::set<Address> const& servers) {
    for (auto const& [server, way] : ways_)
        if (way && !servers.contains(server)) stand_behind(server, *way, std::nullopt);
    std::erase_if(ways_, [&](auto const& entry) { return !servers.contains(entry.first); });
    std::erase_if(hops_, [&](auto const& entry) { return !servers.contains(entry.first); });
    for (auto const& server : servers)
        if (!ways_.contains(server)) resolve(server);
    asks_the_right_ = false;
}

std::optional<NextHops::Way> NextHops::find_way(Address const& server) {
    auto const route = netlink::route_get(socket_, server);
    if (!route) return std::nullopt;
    if (route->type == netlink::RouteType::local) return Way{true, 0, server, std::nullopt};
    if (route->type != netlink::RouteType::unicast) return std::nullopt;
    return Way{false, route->oif, route->gateway.value_or(server), route->prefsrc};
}

std::optional<NextHop> NextHops::find_hop(Address const& server, Way const& way) {
    if (way.local) return NextHop{{}, 0, true};
    auto const neighbour = netlink::neighbour_get(socket_, way.ifindex, way.neighbour);
    if (!neighbour || !*neighbour || !(*neighbour)->usable() || !(*neighbour)->mac) return std::nullopt;
    return NextHop{*(*neighbour)->mac, static_cast<std::uint32_t>(way.ifindex), false, way.neighbour == server};
}

void NextHops::resolve(Address const& server) {
    auto const way = find_way(server);
    if (auto const before = std::exchange(ways_[server], way); before != way) {
        stand_behind(server, before, way);
        if (way && !way->local) (void)netlink::manage_neighbour(socket_, way->ifindex, way->neighbour);
    }
    auto const hop = way ? find_hop(server, *way) : std::nullopt;
    auto const known = hops_.find(server);
    if (known != hops_.end() && known->second == hop) return;
    if (hop || known != hops_.end()) log::info("{}", in_words(server, hop));
    hops_[server] = hop;
    asks_the_right_ = false;
    publish_(server, hop);
}

void NextHops::stand_behind(Address const& server, std::optional<Way> const& before, std::optional<Way> const& now) {
    if (before && !before->local) {
        auto const old = behind_.find({before->ifindex, before->neighbour});
        old->second.erase(server);
        if (old->second.empty()) behind_.erase(old);
    }
    if (now && !now->local) behind_[{now->ifindex, now->neighbour}].insert(server);
}

void NextHops::resolve_all() {
    for (auto const& [server, way] : std::map(ways_)) resolve(server);
}

void NextHops::resolve_behind(netlink::Neighbour const& neighbour) {
    auto const servers = behind_.find({neighbour.ifindex, neighbour.address});
    if (servers == behind_.end()) return;
    for (auto const& server : std::set(servers->second)) resolve(server);
}

void NextHops::on_events(std::vector<netlink::Event> const& events) {
    bool routes = false, is_up_again = false;
    for (auto const& event : events) {
        if (auto const* link = std::get_if<netlink::LinkChanged>(&event)) {
            if (link->link.mac) own_macs_[link->link.index] = *link->link.mac;
            is_up_again |= has_come_up(link->link);
        }
        if (auto const* changed = std::get_if<netlink::NeighbourChanged>(&event))
            resolve_behind(changed->neighbour);
        else
            routes = true;
    }
    if (routes) resolve_all();
    if (is_up_again) ask_for_unknown();
}

bool NextHops::has_come_up(netlink::Link const& link) {
    if (!link.running) {
        down_.insert(link.index);
        return false;
    }
    return down_.erase(link.index) > 0;
}

std::vector<Address> NextHops::unknown() const {
    std::vector<Address> unknown;
    for (auto const& [server, way] : ways_) {
        auto const hop = hops_.find(server);
        if (hop == hops_.end() || !hop->second) unknown.push_back(server);
    }
    return unknown;
}

void NextHops::refresh() {
    for (auto const& server : unknown()) {
        resolve(server);
        if (auto const way = ways_[server]; way && !way->local && !hops_[server])
            (void)netlink::probe_neighbour(socket_, way->ifindex, way->neighbour);
    }
}

/// The kernel forgot its neighbours with the carrier, what it asked since went nowhere, and its next question comes a second
/// after its last. VRRP may be master here sooner.
void NextHops::ask_for_unknown() {
    refresh();
    for (auto const& server : unknown())
        if (auto const way = ways_[server]; way && !way->local)
            if (auto const own = own_mac(way->ifindex))
                (void)asker_.ask({way->ifindex, *own, way->source}, way->neighbour, std::nullopt);
}

void NextHops::ask_around(TimePoint now) {
    if (!asks_the_right_) choose_whom_to_ask(now);
    auto const questions = rounds_.turn(now, [&](NeighbourAt const& neighbour, TimePoint since) {
        return has_answered(neighbour, now - since, now);
    });
    for (auto const& question : questions) ask(question);
}

void NextHops::choose_whom_to_ask(TimePoint now) {
    std::map<NeighbourAt, Asked> known;
    std::set<NeighbourAt> wanted;
    for (auto const& [server, hop] : hops_) {
        auto const& way = ways_[server];
        if (!hop || !way || way->local) continue;
        NeighbourAt const neighbour{way->ifindex, way->neighbour};
        auto const before = asked_.find(neighbour);
        bool const is_same = before != asked_.end() && before->second.mac == hop->mac;
        known[neighbour] = {way->source, hop->mac, is_same ? before->second.silent_since : std::nullopt};
        wanted.insert(neighbour);
    }
    asked_ = std::move(known);
    rounds_.want(wanted, now);
    asks_the_right_ = true;
}

void NextHops::ask(Question const& question) {
    auto const& [ifindex, address] = question.about;
    auto const& asked = asked_.at(question.about);
    auto const own = own_mac(ifindex);
    // A question that cannot be put now is one that is not answered.
    if (own)
        (void)asker_.ask({ifindex, *own, asked.source}, address,
                         question.to_everybody ? std::nullopt : std::optional(asked.mac));
}

bool NextHops::has_answered(NeighbourAt const& neighbour, Duration ago, TimePoint now) {
    auto& silent_since = asked_.at(neighbour).silent_since;
    if (netlink::heard_of(socket_, neighbour.ifindex, neighbour.address, ago + kSlack).value_or(true)) {
        silent_since.reset();
        return true;
    }
    if (!silent_since) silent_since = now;
    if (now - *silent_since >= kSilence) (void)netlink::probe_neighbour(socket_, neighbour.ifindex, neighbour.address);
    return false;
}

std::optional<Mac> NextHops::own_mac(int ifindex) {
    if (!own_macs_.contains(ifindex))
        for (auto const& link : netlink::links(socket_).value_or(std::vector<netlink::Link>{}))
            if (link.mac) own_macs_[link.index] = *link.mac;
    auto const found = own_macs_.find(ifindex);
    return found == own_macs_.end() ? std::nullopt : std::optional(found->second);
}

std::set<int> NextHops::interfaces() const {
    std::set<int> found;
    for (auto const& [server, way] : ways_)
        if (way && !way->local) found.insert(way->ifindex);
    return found;
}

}  // namespace drover::dataplane
