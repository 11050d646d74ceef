#include "control/keepalived_lines.h"

#include <fmt/format.h>

#include <string_view>

namespace drover::control {

namespace {

constexpr int routing_protocol = 18;  // keepalived's number (RTPROT_KEEPALIVED), which our routes and rules carry, too

bool is_host(Prefix const& prefix) { return prefix.length == (prefix.address.is_v4() ? 32 : 128); }

/// A host address goes without its length.
std::string short_text(Prefix const& prefix) { return is_host(prefix) ? prefix.address.text() : prefix.text(); }

std::string broadcast_of(model::VirtualAddress const& address) {
    if (address.broadcast) return address.broadcast->text();
    if (!address.broadcast_computed || !address.prefix.address.is_v4()) return {};
    auto const host_bits = static_cast<std::uint32_t>((std::uint64_t{1} << (32 - address.prefix.length)) - 1);
    return Address::v4(address.prefix.address.v4() | host_bits).text();
}

std::string device_of(model::VirtualAddress const& address, model::Instance const& instance) {
    auto const device = address.device.empty() ? instance.interface : address.device;
    bool const by_vmac = instance.vmac && device == instance.interface;
    return by_vmac ? fmt::format("{}@{}", instance.vmac->interface, device) : device;
}

std::string_view word_of(model::VirtualRoute::Kind kind) {
    using Kind = model::VirtualRoute::Kind;
    switch (kind) {
        case Kind::unicast: return "";
        case Kind::blackhole: return "blackhole";
        case Kind::unreachable: return "unreachable";
        case Kind::prohibit: return "prohibit";
        case Kind::throw_back: return "throw";
    }
    return "";
}

std::string_view word_of(model::VirtualRule::Action action) {
    using Action = model::VirtualRule::Action;
    switch (action) {
        case Action::lookup: return "";
        case Action::blackhole: return "blackhole";
        case Action::unreachable: return "unreachable";
        case Action::prohibit: return "prohibit";
    }
    return "";
}

}  // namespace

std::string keepalived_text(model::VirtualAddress const& address, model::Instance const& instance, bool set) {
    auto text = short_text(address.prefix);
    if (auto const broadcast = broadcast_of(address); !broadcast.empty()) text += " brd " + broadcast;
    text += " dev " + device_of(address, instance);
    text += " scope " + (address.scope.empty() ? std::string("global") : address.scope);
    if (!address.label.empty()) text += " label " + address.label;
    // keepalived itself makes IPv6 addresses of hosts deprecated, so that none is chosen as a source.
    if (!address.prefix.address.is_v4()) text += address.preferred && !is_host(address.prefix) ? " preferred_lft forever" : " deprecated";
    if (!address.prefix_route) text += " noprefixroute";
    if (set) text += " set";
    return text;
}

std::string keepalived_text(model::VirtualRoute const& route, std::string const& device) {
    bool const leads_somewhere = route.kind == model::VirtualRoute::Kind::unicast;
    auto text = leads_somewhere ? "prepend " + route.destination.text()
                                : fmt::format("add {} {}", word_of(route.kind), route.destination.text());
    if (route.source) text += " src " + route.source->text();
    if (route.gateway) text += fmt::format(" via {} {}", route.gateway->is_v4() ? "inet" : "inet6", route.gateway->text());
    auto const through = route.device.empty() && !route.gateway && leads_somewhere ? device : route.device;
    if (!through.empty()) text += " dev " + through;
    if (route.table) text += fmt::format(" table {}", *route.table);
    if (!route.scope.empty()) text += " scope " + route.scope;
    text += fmt::format(" proto {}", routing_protocol);
    if (route.metric) text += fmt::format(" metric {}", *route.metric);
    if (route.on_link) text += " onlink";
    if (through.empty()) text += " no_track";
    return text;
}

std::string keepalived_text(model::VirtualRule const& rule) {
    auto text = "from " + (rule.from ? rule.from->text() : "all");
    if (rule.from && is_host(*rule.from)) text = "from " + rule.from->address.text();
    if (rule.to) text += " to " + short_text(*rule.to);
    if (rule.preference) text += fmt::format(" priority {}", *rule.preference);
    text += fmt::format(" tos 0x{:x}", rule.tos);
    if (rule.mark) text += fmt::format(" fwmark 0x{:x}", *rule.mark);
    if (rule.mark && rule.mask) text += fmt::format("/0x{:x}", *rule.mask);
    if (!rule.iif.empty()) text += " iif " + rule.iif;
    if (!rule.oif.empty()) text += " oif " + rule.oif;
    text += fmt::format(" protocol {}", routing_protocol);
    if (rule.action == model::VirtualRule::Action::lookup) return text + fmt::format(" lookup {}", rule.table);
    return text + fmt::format(" type {}", word_of(rule.action));
}

std::string keepalived_text(model::Script const& script) {
    std::string text;
    for (auto const& word : script.argv) text += fmt::format("{}'{}'", text.empty() ? "" : " ", word);
    return text;
}

}  // namespace drover::control
