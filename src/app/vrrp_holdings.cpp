#include "app/vrrp_holdings.h"

#include <algorithm>
#include <expected>
#include <ranges>

#include <fmt/core.h>

#include "netlink/io/route.h"
#include "netlink/io/rule.h"
#include "netlink/io/sysctl.h"

namespace drover::app {
namespace {

std::string const& device_name(std::string const& own, model::Holdings const& held) {
    return own.empty() ? held.device : own;
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
    kernel.no_prefix_route = !address.prefix_route;
    kernel.deprecated = !address.preferred;
    return kernel;
}

netlink::RouteType type_of(model::VirtualRoute::Kind kind) {
    using Kind = model::VirtualRoute::Kind;
    switch (kind) {
        case Kind::unicast: return netlink::RouteType::unicast;
        case Kind::blackhole: return netlink::RouteType::blackhole;
        case Kind::unreachable: return netlink::RouteType::unreachable;
        case Kind::prohibit: return netlink::RouteType::prohibit;
        case Kind::throw_back: return netlink::RouteType::throw_back;
    }
    return netlink::RouteType::unicast;
}

netlink::Rule kernel_rule(model::VirtualRule const& rule) {
    using Action = model::VirtualRule::Action;
    netlink::Rule kernel;
    kernel.family = rule.family;
    kernel.from = rule.from;
    kernel.to = rule.to;
    kernel.preference = rule.preference;
    kernel.mark = rule.mark;
    kernel.mask = rule.mask;
    kernel.tos = rule.tos;
    kernel.iif = rule.iif;
    kernel.oif = rule.oif;
    kernel.table = rule.table;
    kernel.action = rule.action == Action::blackhole     ? netlink::RuleAction::blackhole
                    : rule.action == Action::unreachable ? netlink::RuleAction::unreachable
                    : rule.action == Action::prohibit    ? netlink::RuleAction::prohibit
                                                         : netlink::RuleAction::table;
    return kernel;
}

/// An error when the route's interface does not exist.
Result<netlink::Route> kernel_route(model::VirtualRoute const& route, model::Holdings const& held,
                                    VrrpNetwork const& network) {
    netlink::Route kernel;
    kernel.destination = route.destination;
    kernel.gateway = route.gateway;
    kernel.prefsrc = route.source;
    kernel.table = route.table.value_or(netlink::main_table);
    kernel.metric = route.metric.value_or(0);
    kernel.type = type_of(route.kind);
    kernel.on_link = route.on_link;
    if (route.kind != model::VirtualRoute::Kind::unicast) return kernel;
    // As ip(8): what is reached without a gateway is on the link.
    kernel.scope = scope_of(route.scope, route.gateway || !route.destination.address.is_v4() ? netlink::Scope::global
                                                                                            : netlink::Scope::link);
    if (route.device.empty() && route.gateway && !route.on_link) return kernel;
    auto const& device = device_name(route.device, held);
    auto const* const link = network.link(device);
    if (!link) return fail(fmt::format("route {}: interface {} does not exist", route.destination.text(), device));
    kernel.oif = link->index;
    return kernel;
}

std::string name_of(netlink::Route const& route) {
    auto name = "route " + route.destination.text();
    if (route.gateway) name += " via " + route.gateway->text();
    return route.table == netlink::main_table ? name : name + fmt::format(" in table {}", route.table);
}

std::string name_of(netlink::Rule const& rule) {
    auto name = "rule from " + (rule.from ? rule.from->text() : "all");
    if (rule.to) name += " to " + rule.to->text();
    if (rule.action == netlink::RuleAction::table) name += fmt::format(" lookup {}", rule.table);
    return rule.preference ? name + fmt::format(" preference {}", *rule.preference) : name;
}

}  // namespace

netlink::Link const* VrrpHoldings::device_of(model::VirtualAddress const& address,
                                             model::Holdings const& held) const {
    return network_.link(device_name(address.device, held));
}

VrrpHoldings::Missing VrrpHoldings::take(model::Holdings const& held) {
    problems_.clear();
    if (held.promote_secondaries) note(netlink::set_ipv4_conf(held.device, "promote_secondaries", 1));
    Missing missing;
    for (auto const& address : held.addresses) {
        auto const* const link = device_of(address, held);
        if (!link) {
            problems_.push_back(fmt::format("address {}: interface {} does not exist", address.prefix.text(),
                                            device_name(address.device, held)));
            continue;
        }
        auto const outcome = netlink::add_address(network_.socket(), kernel_address(address, link->index), link->name);
        if (!outcome) problems_.push_back(outcome.error().message);
        if (outcome != netlink::Outcome::done) continue;
        missing.addresses.push_back(address);
        missing.names.push_back("address " + address.prefix.text());
    }
    for (auto const& route : held.routes) {
        auto const kernel = kernel_route(route, held, network_);
        if (!kernel) {
            problems_.push_back(kernel.error().message);
        } else {
            auto const outcome = netlink::add_route(network_.socket(), *kernel);
            note(outcome);
            if (outcome == netlink::Outcome::done) missing.names.push_back(name_of(*kernel));
        }
    }
    for (auto const& rule : held.rules) {
        auto const kernel = kernel_rule(rule);
        auto const outcome = netlink::add_rule(network_.socket(), kernel);
        note(outcome);
        if (outcome == netlink::Outcome::done) missing.names.push_back(name_of(kernel));
    }
    return missing;
}

bool VrrpHoldings::lacks_an_address(model::Holdings const& held) const {
    return std::ranges::any_of(held.addresses, [&](auto const& address) {
        auto const* const link = device_of(address, held);
        return !link || !network_.has_address(link->index, address.prefix);
    });
}

void VrrpHoldings::drop(model::Holdings const& held) {
    problems_.clear();
    for (auto const& rule : held.rules) note(netlink::delete_rule(network_.socket(), kernel_rule(rule)));
    for (auto const& route : held.routes | std::views::reverse) drop(route, held);
    // Backwards: secondary addresses go before the one that would take them along.
    for (auto const& address : held.addresses | std::views::reverse) drop(address, held);
}

void VrrpHoldings::drop_difference(model::Holdings const& before, model::Holdings const& now) {
    for (auto const& rule : before.rules)
        if (std::ranges::none_of(now.rules, [&](auto const& kept) { return kernel_rule(kept) == kernel_rule(rule); }))
            note(netlink::delete_rule(network_.socket(), kernel_rule(rule)));
    for (auto const& route : before.routes)
        if (std::ranges::find(now.routes, route) == now.routes.end()) drop(route, before);
    auto const is_kept = [&](model::VirtualAddress const& address) {
        return std::ranges::any_of(now.addresses, [&](auto const& other) {
            return other.prefix == address.prefix &&
                   device_name(other.device, now) == device_name(address.device, before);
        });
    };
    for (auto const& address : before.addresses)
        if (!is_kept(address)) drop(address, before);
}

void VrrpHoldings::drop(model::VirtualAddress const& address, model::Holdings const& held) {
    auto const* const link = device_of(address, held);
    if (!link || std::ranges::find(spared_, HeldAddress{link->name, address.prefix}) != spared_.end()) return;
    auto kernel = kernel_address(address, link->index);
    kernel.label.clear();  // whatever it is called now
    auto const outcome = netlink::delete_address(network_.socket(), kernel, link->name);
    if (!outcome) problems_.push_back(outcome.error().message);
}

void VrrpHoldings::drop(model::VirtualRoute const& route, model::Holdings const& held) {
    auto const kernel = kernel_route(route, held, network_);
    if (!kernel) return;
    // One that could not be set (host bits, say) cannot be removed either: nothing is lost.
    (void)netlink::delete_route(network_.socket(), *kernel);
}

}  // namespace drover::app
