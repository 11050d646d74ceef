#include "real/plan.h"

#include <algorithm>
#include <ranges>

namespace drover::real {
namespace {

bool contains(auto const& range, auto const& value) {
    return std::ranges::find(range, value) != std::ranges::end(range);
}

bool exists(Host const& host, std::string_view interface) {
    return interface == "all" || contains(host.interfaces | std::views::transform(&Interface::name), interface);
}

/// The first of lo:0, lo:1, ... that neither lo nor the plan has.
std::string free_label(Host const& host, std::vector<AddedAddress> const& added) {
    for (int i = 0;; ++i) {
        auto const label = std::string(loopback) + ":" + std::to_string(i);
        if (!contains(host.addresses | std::views::transform(&HeldAddress::label), label) &&
            !contains(added | std::views::transform(&AddedAddress::label), label))
            return label;
    }
}

void plan_sysctls(Plan& plan, std::vector<std::string> const& interfaces, Host const& host) {
    auto& former = plan.state->former;
    for (auto const& interface : interfaces)
        for (auto const& setting : arp_settings) {
            auto const* const seen = find_sysctl(host, interface, setting.name);
            if (!seen) continue;
            auto const known = std::ranges::any_of(
                former, [&](FormerSysctl const& f) { return f.interface == interface && f.name == setting.name; });
            if (!known) former.push_back({interface, std::string(setting.name), seen->value});
            if (!setting.satisfied_by(seen->value))
                plan.changes.push_back(SetSysctl{interface, std::string(setting.name), setting.value, seen->value});
        }
}

void plan_address(Plan& plan, Address const& vip, Host const& host) {
    auto& state = *plan.state;
    if (!contains(state.vips, vip)) state.vips.push_back(vip);
    if (find_on_loopback(host, vip)) return;
    // One that start had put here and that somebody took away meanwhile gets its old label again.
    auto const old = std::ranges::find(state.added, Prefix::host(vip), &AddedAddress::prefix);
    auto const added = old != state.added.end()
                           ? *old
                           : AddedAddress{Prefix::host(vip), vip.is_v4() ? free_label(host, state.added) : ""};
    if (old == state.added.end()) state.added.push_back(added);
    plan.changes.push_back(AddAddress{added.prefix, added.label});
}

void restore(Plan& plan, State const& state, Host const& host) {
    for (auto const& former : state.former) {
        auto const* const seen = find_sysctl(host, former.interface, former.name);
        if (!seen)
            plan.remarks.push_back(former.interface + " is gone, and its " + former.name + " with it");
        else if (seen->value != former.value)
            plan.changes.push_back(SetSysctl{former.interface, former.name, former.value, seen->value});
    }
    if (state.loopback_was_down && loopback_is_up(host)) plan.changes.push_back(SetLoopback{false});
}

}  // namespace

bool ArpSetting::satisfied_by(int other) const {
    return other == value || (name == "arp_ignore" && (other == 2 || other == 8));
}

HeldAddress const* find_on_loopback(Host const& host, Address const& vip) {
    auto const found = std::ranges::find_if(host.addresses, [&](HeldAddress const& held) {
        return held.interface == loopback && held.prefix == Prefix::host(vip);
    });
    return found == host.addresses.end() ? nullptr : &*found;
}

Sysctl const* find_sysctl(Host const& host, std::string_view interface, std::string_view name) {
    auto const found =
        std::ranges::find_if(host.sysctls, [&](Sysctl const& s) { return s.interface == interface && s.name == name; });
    return found == host.sysctls.end() ? nullptr : &*found;
}

bool loopback_is_up(Host const& host) {
    return std::ranges::any_of(host.interfaces, [](Interface const& i) { return i.name == loopback && i.up; });
}

Result<std::vector<std::string>> guarded_interfaces(std::vector<std::string> const& devices, Host const& host,
                                                    std::optional<State> const& state) {
    std::vector<std::string> guarded{"all", loopback};
    auto const add = [&](std::string const& name) {
        if (!contains(guarded, name)) guarded.push_back(name);
    };
    for (auto const& device : devices) {
        if (!exists(host, device)) return fail("there is no interface " + device);
        add(device);
    }
    if (devices.empty())
        for (auto const& interface : host.interfaces)
            if (interface.ethernet && interface.up && !interface.port) add(interface.name);
    if (state)
        for (auto const& former : state->former)
            if (exists(host, former.interface)) add(former.interface);
    return guarded;
}

Result<void> check_start(std::vector<Address> const& vips, Host const& host) {
    for (auto const& vip : vips) {
        auto const text = vip.text();
        auto const first_octet = vip.is_v4() ? vip.v4() >> 24 : 0;
        if (vip.is_multicast() || vip.is_unspecified() || first_octet == 127 || text == "::1" ||
            text == "255.255.255.255")
            return fail(text + " cannot be a VIP");
        for (auto const& held : host.addresses) {
            if (held.prefix.address != vip) continue;
            if (held.interface != loopback)
                return fail(text + " is on " + held.interface +
                            ": this host is a director for it (or is meant to "
                            "answer ARP for it), so nothing was touched");
            if (held.prefix != Prefix::host(vip))
                return fail(held.prefix.text() +
                            " is on lo, which makes this host take its whole network for "
                            "addresses of its own: remove it first (ip address del " +
                            held.prefix.text() + " dev lo)");
        }
    }
    return {};
}

Result<Plan> plan_start(std::vector<Address> const& vips, std::vector<std::string> const& devices, Host const& host,
                        std::optional<State> const& state, Scene const& scene) {
    if (auto const checked = check_start(vips, host); !checked) return std::unexpected(checked.error());
    auto const interfaces = guarded_interfaces(devices, host, state);
    if (!interfaces) return std::unexpected(interfaces.error());
    Plan plan;
    plan.state = state.value_or(State{});
    plan.state->scene = scene;
    if (!loopback_is_up(host)) {
        if (!state) plan.state->loopback_was_down = true;
        plan.changes.push_back(SetLoopback{true});
    }
    // Neighbour discovery is silent about addresses of other interfaces by itself: IPv6 needs no such settings.
    if (std::ranges::any_of(vips, &Address::is_v4)) plan_sysctls(plan, *interfaces, host);
    for (auto const& vip : vips) plan_address(plan, vip, host);
    return plan;
}

Plan plan_stop(std::vector<Address> const& vips, Host const& host, State const& state) {
    auto const concerned = [&](Address const& vip) { return vips.empty() || contains(vips, vip); };
    Plan plan;
    auto left = state;
    for (auto const& vip : vips)
        if (!contains(state.vips, vip)) plan.remarks.push_back(vip.text() + " was not started here: left alone");
    for (auto const& vip : state.vips) {
        auto const* const held = find_on_loopback(host, vip);
        if (!concerned(vip) || !held) continue;
        auto const ours = std::ranges::find(state.added, held->prefix, &AddedAddress::prefix);
        if (ours != state.added.end())
            plan.changes.push_back(DeleteAddress{ours->prefix, held->label});
        else
            plan.remarks.push_back(place_text(held->prefix, held->label) + " was there before start: left alone");
    }
    std::erase_if(left.vips, concerned);
    std::erase_if(left.added, [&](AddedAddress const& added) { return concerned(added.prefix.address); });
    if (left.vips.empty())
        restore(plan, state, host);
    else
        plan.state = left;
    return plan;
}

}  // namespace drover::real
