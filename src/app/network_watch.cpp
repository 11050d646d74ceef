#include "app/network_watch.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <variant>

#include "base/log.h"
#include "loop/io/clock.h"
#include "netlink/io/neighbour.h"

namespace drover::app {

namespace {

constexpr auto kLinkPatience = std::chrono::seconds(5);
constexpr auto kLinkLook = std::chrono::milliseconds(20);

bool moves_interfaces(netlink::Event const& event) {
    return std::holds_alternative<netlink::LinkChanged>(event) || std::holds_alternative<netlink::LinkGone>(event) ||
           std::holds_alternative<netlink::RouteChanged>(event) || std::holds_alternative<netlink::Overrun>(event);
}

}  // namespace

Result<std::unique_ptr<NetworkWatch>> NetworkWatch::open(loop::Loop& loop, dataplane::BpfDataplane& dataplane) {
    auto monitor = netlink::Monitor::open();
    if (!monitor) return std::unexpected(monitor.error());
    auto socket = netlink::Socket::open();
    if (!socket) return std::unexpected(socket.error());
    auto next_hops = dataplane::NextHops::open(
        [&dataplane](Address const& server, auto const& hop) { dataplane.set_next_hop(server, hop); });
    if (!next_hops) return std::unexpected(next_hops.error());
    return std::unique_ptr<NetworkWatch>(
        new NetworkWatch(loop, dataplane, std::move(*monitor), std::move(*socket), std::move(*next_hops)));
}

NetworkWatch::NetworkWatch(loop::Loop& loop, dataplane::BpfDataplane& dataplane, netlink::Monitor monitor,
                           netlink::Socket socket, dataplane::NextHops next_hops)
    : loop_(loop), dataplane_(dataplane), monitor_(std::move(monitor)), socket_(std::move(socket)),
      next_hops_(std::move(next_hops)), refresh_(loop.context()),
      ask_(loop.context()) {
    loop_.watch(monitor_.fd(), [this] { on_readable(); });
    refresh_later();
    ask_later();
}

void NetworkWatch::refresh_later() {
    refresh_.after(dataplane::NextHops::kRefreshEvery, [this] {
        next_hops_.refresh();
        refresh_later();
    });
}

void NetworkWatch::ask_later() {
    ask_.after(dataplane::Rounds::kTurn, [this] {
        next_hops_.ask_around(loop::now());
        ask_later();
    });
}

void NetworkWatch::on_readable() {
    auto const events = monitor_.read();
    next_hops_.on_events(events);
    if (std::ranges::any_of(events, moves_interfaces))
        if (auto placed = place_packet_path(); !placed) log::error("{}", placed.error().message);
}

Result<HostNetwork> NetworkWatch::dump() {
    auto links = netlink::links(socket_);
    if (!links) return std::unexpected(links.error());
    auto addresses = netlink::addresses(socket_);
    if (!addresses) return std::unexpected(addresses.error());
    auto routes = netlink::routes(socket_);
    if (!routes) return std::unexpected(routes.error());
    return HostNetwork{std::move(*links), std::move(*addresses), std::move(*routes)};
}

Result<void> NetworkWatch::serve(NetworkNeeds needs) {
    bool const is_taken_otherwise = needs.taking != needs_.taking;
    needs_ = std::move(needs);
    next_hops_.want(needs_.servers);
    return place_packet_path(is_taken_otherwise);
}

/// The kernel may not have asked for a gateway's MAC yet: its address tells as well.
bool NetworkWatch::is_gateway(int ifindex, Mac const& mac, Address const& address) {
    auto const routes = netlink::routes(socket_);
    if (!routes) return false;
    return std::ranges::any_of(*routes, [&](netlink::Route const& route) {
        if (!route.gateway || route.oif != ifindex) return false;
        if (*route.gateway == address) return true;
        auto const neighbour = netlink::neighbour_get(socket_, ifindex, *route.gateway);
        return neighbour && *neighbour && (*neighbour)->mac == mac;
    });
}

/// `again`: also where it is attached.
Result<void> NetworkWatch::place_packet_path(bool again) {
    auto const host = dump();
    if (!host) return std::unexpected(host.error());
    auto const wanted = needs_.any() ? wanted_interfaces(needs_, *host, next_hops_.interfaces()) : WantedInterfaces{};
    for (auto const& note : wanted.notes)
        if (std::ranges::find(notes_, note) == notes_.end()) log::warning("{}", note);
    notes_ = wanted.notes;

    for (int const ifindex : dataplane_.touched())
        if (std::ranges::find(wanted.links, ifindex, &netlink::Link::index) == wanted.links.end())
            dataplane_.detach(ifindex);
    std::set<std::string> disturbed;
    for (auto const& link : wanted.links) {
        auto const fresh = attach(link, again);
        if (!fresh) return std::unexpected(fresh.error());
        auto const routers = needs_.virtual_routers.find(link.name);
        if (routers == needs_.virtual_routers.end())
            dataplane_.set_virtual_routers(link.index, {});
        else
            dataplane_.set_virtual_routers(link.index, routers->second);
        if (*fresh && link.running) disturbed.insert(link.name);
    }
    wait_for_links(disturbed);
    return {};
}

/// True if the packet path was not on the interface before, or not in the same way.
Result<bool> NetworkWatch::attach(netlink::Link const& link, bool again) {
    if (!link.mac) return false;
    auto const attached = dataplane_.attached();
    if (!again && std::ranges::find(attached, link.index) != attached.end()) {
        dataplane_.set_mac(link.index, *link.mac);
        return false;
    }
    auto const done = dataplane_.attach(link.index, link.name, *link.mac, needs_.taking);
    if (!done) return std::unexpected(done.error());
    log::notice("packets on {} are balanced {}{}", link.name,
                done->mode == name(model::Taking::tc) ? "at tc ingress" : "in XDP, " + done->mode + " mode",
                done->reason.empty() ? "" : " (" + done->reason + ")");
    return true;
}

void NetworkWatch::wait_for_links(std::set<std::string> const& were_running) {
    auto const end = std::chrono::steady_clock::now() + kLinkPatience;
    for (auto const& name : were_running) {
        for (bool told = false; std::chrono::steady_clock::now() < end; told = true) {
            auto const link = netlink::link_named(socket_, name);
            if (!link || link->running) break;
            if (!told) log::info("{} lost its carrier while the packet path was attached: waiting for it", name);
            std::this_thread::sleep_for(kLinkLook);
        }
    }
}

}  // namespace drover::app
