#include "app/vrrp_network.h"

#include <algorithm>
#include <utility>

#include "netlink/io/sysctl.h"

namespace drover::app {
namespace {
constexpr Duration settling = 1s;
}

Result<VrrpNetwork> VrrpNetwork::open() {
    // The monitor first: no change can fall between the dump and the first event.
    auto monitor = netlink::Monitor::open({netlink::Topic::links, netlink::Topic::addresses,
                                          netlink::Topic::own_routes_gone, netlink::Topic::rules_gone});
    if (!monitor) return std::unexpected(monitor.error());
    auto socket = netlink::Socket::open();
    if (!socket) return std::unexpected(socket.error());
    VrrpNetwork network(std::move(*socket), std::move(*monitor));
    if (auto const dumped = network.dump(); !dumped) return std::unexpected(dumped.error());
    for (auto const& [index, link] : network.links_) network.known_.insert(link.name);
    return network;
}

Result<void> VrrpNetwork::dump() {
    auto const links = netlink::links(socket_);
    if (!links) return std::unexpected(links.error());
    auto addresses = netlink::addresses(socket_);
    if (!addresses) return std::unexpected(addresses.error());
    links_.clear();
    for (auto const& link : *links) links_.emplace(link.index, link);
    addresses_ = std::move(*addresses);
    return {};
}

Result<VrrpNetwork::Changes> VrrpNetwork::follow() {
    Changes changes;
    for (auto const& event : monitor_.read()) {
        bool const overrun = std::holds_alternative<netlink::Overrun>(event);
        // Events that follow an overrun are in the dump already: working them in again ends in the same picture.
        if (overrun) {
            if (auto const dumped = dump(); !dumped) return std::unexpected(dumped.error());
        } else {
            work_in(event);
        }
        bool const link = std::holds_alternative<netlink::LinkChanged>(event) ||
                          std::holds_alternative<netlink::LinkGone>(event);
        bool const holding = std::holds_alternative<netlink::RouteChanged>(event) ||
                             std::holds_alternative<netlink::RuleGone>(event);
        changes.links |= overrun || link;
        changes.holdings |= overrun || holding;
        changes.addresses |= overrun || (!link && !holding);
    }
    return changes;
}

void VrrpNetwork::work_in(netlink::Event const& event) {
    if (auto const* changed = std::get_if<netlink::LinkChanged>(&event)) links_.insert_or_assign(changed->link.index, changed->link);
    if (auto const* gone = std::get_if<netlink::LinkGone>(&event)) {
        links_.erase(gone->link.index);
        std::erase_if(addresses_, [&](auto const& a) { return a.ifindex == gone->link.index; });
    }
    if (auto const* added = std::get_if<netlink::AddressAdded>(&event)) add(added->address);
    if (auto const* gone = std::get_if<netlink::AddressGone>(&event)) remove(gone->address);
}

void VrrpNetwork::add(netlink::InterfaceAddress const& address) {
    auto const known = std::ranges::find_if(addresses_, [&](auto const& a) {
        return a.ifindex == address.ifindex && a.prefix == address.prefix;
    });
    if (known != addresses_.end()) {
        *known = address;
    } else {
        addresses_.push_back(address);
    }
}

void VrrpNetwork::remove(netlink::InterfaceAddress const& address) {
    std::erase_if(addresses_,
                  [&](auto const& a) { return a.ifindex == address.ifindex && a.prefix == address.prefix; });
}

netlink::Link const* VrrpNetwork::link(std::string_view name) const {
    auto const found = std::ranges::find_if(links_, [&](auto const& entry) { return entry.second.name == name; });
    return found == links_.end() ? nullptr : &found->second;
}

netlink::Link const* VrrpNetwork::link(int index) const {
    auto const found = links_.find(index);
    return found == links_.end() ? nullptr : &found->second;
}

bool VrrpNetwork::has_address(int ifindex, Prefix const& prefix) const {
    return std::ranges::any_of(addresses_,
                               [&](auto const& a) { return a.ifindex == ifindex && a.prefix == prefix; });
}

Result<void> VrrpNetwork::add_macvlan(std::string_view name, netlink::Link const& parent, Mac const& mac) {
    auto made = netlink::add_macvlan(socket_, name, parent, mac);
    if (!made) return std::unexpected(made.error());
    known_.insert(made->name);
    links_.insert_or_assign(made->index, std::move(*made));
    return {};
}

Result<void> VrrpNetwork::delete_link(std::string_view name) {
    auto const* const found = link(name);
    if (!found) return {};
    auto const deleted = netlink::delete_link(socket_, *found);
    if (!deleted) return deleted;
    links_.erase(found->index);
    return {};
}

bool VrrpNetwork::forwards_ipv6(std::string_view interface) const {
    return netlink::ipv6_conf(interface, "forwarding").value_or(0) > 0;
}

vrrp::Surroundings VrrpNetwork::surroundings(std::set<Address> virtual_addresses, TimePoint now) {
    vrrp::Surroundings seen;
    std::set<std::string> names;
    for (auto const& [index, link] : links_) {
        bool const up = debounce_.judge(link.name, link.up && link.running, now);
        names.insert(link.name);
        seen.interfaces.push_back({link.name, up});
        if (!known_.contains(link.name) && (up || now - appeared_.emplace(link.name, now).first->second >= settling))
            known_.insert(link.name);
    }
    debounce_.keep_only(names);
    std::erase_if(appeared_, [&](auto const& entry) { return known_.contains(entry.first) || !link(entry.first); });
    for (auto const& address : addresses_)
        if (auto const* const on = link(address.ifindex))
            seen.addresses.push_back({on->name, address.prefix.address, address.secondary});
    seen.known = known_;
    seen.virtual_addresses = std::move(virtual_addresses);
    return seen;
}

std::optional<TimePoint> VrrpNetwork::settles_at() const {
    auto first = debounce_.settles_at();
    for (auto const& [name, since] : appeared_)
        if (!first || since + settling < *first) first = since + settling;
    return first;
}

}  // namespace drover::app
