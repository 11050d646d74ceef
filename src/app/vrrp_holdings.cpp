#include "app/vrrp_holdings.h"

#include <algorithm>
#include <expected>
#include <ranges>

#include <fmt/core.h>

#include "netlink/io/route.h"

namespace drover::app {
namespace {

std::string const& device_name(std::string const& own, model::Instance const& instance) {
    return own.empty() ? instance.interface : own;
}

netlink::Scope scope_of(std::string const& word, netlink::Scope otherwise) {
    return netlink::parse_scope(word).value_or(otherwise);
}

netlink::InterfaceAddress kernel_address(model::VirtualAddress const& address, int ifindex) {
    netlink::InterfaceAddress kernel;
    kernel.ifindex = ifindex;
    kernel.prefix = address.prefix;
    kernel.broadcast = address.broadcast_computed ? netlink::computed_broadcast(address.prefix) : address.broadcast;
    kernel.label = address.label;
    kernel.scope = scope_of(address.scope, netlink::Scope::global);
    // Two directors never hold it at once by intent, and waiting for duplicate detection would lengthen every takeover.
    kernel.no_dad = !address.prefix.address.is_v4();
    return kernel;
}

/// An error when the route's interface does not exist.
Result<netlink::Route> kernel_route(model::VirtualRoute const& route, model::Instance const& instance,
                                    VrrpNetwork const& network) {
    netlink::Route kernel;
    kernel.destination = route.destination;
    kernel.gateway = route.gateway;
    kernel.prefsrc = route.source;
    kernel.table = route.table.value_or(netlink::main_table);
    kernel.metric = route.metric.value_or(0);
    // As ip(8): what is reached without a gateway is on the link.
    kernel.scope = scope_of(route.scope, route.gateway || !route.destination.address.is_v4() ? netlink::Scope::global
                                                                                            : netlink::Scope::link);
    if (route.device.empty() && route.gateway) return kernel;
    auto const& device = device_name(route.device, instance);
    auto const* const link = network.link(device);
    if (!link) return fail(fmt::format("route {}: interface {} does not exist", route.destination.text(), device));
    kernel.oif = link->index;
    return kernel;
}

}  // namespace

std::vector<model::VirtualAddress> all_addresses(model::Instance const& instance) {
    auto all = instance.addresses;
    all.insert(all.end(), instance.excluded.begin(), instance.excluded.end());
    return all;
}

netlink::Link const* VrrpHoldings::device_of(model::VirtualAddress const& address,
                                             model::Instance const& instance) const {
    return network_.link(device_name(address.device, instance));
}

std::vector<model::VirtualAddress> VrrpHoldings::take(model::Instance const& instance) {
    problems_.clear();
    std::vector<model::VirtualAddress> added;
    for (auto const& address : all_addresses(instance)) {
        auto const* const link = device_of(address, instance);
        if (!link) {
            problems_.push_back(fmt::format("address {}: interface {} does not exist", address.prefix.text(),
                                            device_name(address.device, instance)));
            continue;
        }
        auto const outcome = netlink::add_address(network_.socket(), kernel_address(address, link->index), link->name);
        if (!outcome) problems_.push_back(outcome.error().message);
        if (outcome == netlink::Outcome::done) added.push_back(address);
    }
    for (auto const& route : instance.routes) {
        auto const kernel = kernel_route(route, instance, network_);
        if (!kernel) {
            problems_.push_back(kernel.error().message);
        } else if (auto const outcome = netlink::add_route(network_.socket(), *kernel); !outcome) {
            problems_.push_back(outcome.error().message);
        }
    }
    return added;
}

bool VrrpHoldings::lacks_an_address(model::Instance const& instance) const {
    return std::ranges::any_of(all_addresses(instance), [&](auto const& address) {
        auto const* const link = device_of(address, instance);
        return !link || !network_.has_address(link->index, address.prefix);
    });
}

void VrrpHoldings::drop(model::Instance const& instance) {
    problems_.clear();
    for (auto const& route : instance.routes | std::views::reverse) drop(route, instance);
    auto const addresses = all_addresses(instance);
    // Backwards: secondary addresses go before the one that would take them along.
    for (auto const& address : addresses | std::views::reverse) drop(address, instance);
}

void VrrpHoldings::drop_difference(model::Instance const& before, model::Instance const& now) {
    for (auto const& route : before.routes)
        if (std::ranges::find(now.routes, route) == now.routes.end()) drop(route, before);
    auto const kept = all_addresses(now);
    auto const is_kept = [&](model::VirtualAddress const& address) {
        return std::ranges::any_of(kept, [&](auto const& other) {
            return other.prefix == address.prefix && device_name(other.device, now) == device_name(address.device, before);
        });
    };
    for (auto const& address : all_addresses(before))
        if (!is_kept(address)) drop(address, before);
}

void VrrpHoldings::drop(model::VirtualAddress const& address, model::Instance const& instance) {
    auto const* const link = device_of(address, instance);
    if (!link) return;
    auto kernel = kernel_address(address, link->index);
    kernel.label.clear();  // whatever it is called now
    auto const outcome = netlink::delete_address(network_.socket(), kernel, link->name);
    if (!outcome) problems_.push_back(outcome.error().message);
}

void VrrpHoldings::drop(model::VirtualRoute const& route, model::Instance const& instance) {
    auto const kernel = kernel_route(route, instance, network_);
    if (!kernel) return;
    // One that could not be set (host bits, say) cannot be removed either: nothing is lost.
    (void)netlink::delete_route(network_.socket(), *kernel);
}

}  // namespace drover::app
