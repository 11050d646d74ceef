#include "vrrp/conditions.h"

#include <algorithm>
#include <optional>

#include <fmt/core.h>

namespace drover::vrrp {
namespace {

constexpr int owner = 255;

SeenInterface const* find(Surroundings const& surroundings, std::string_view name) {
    auto const found = std::ranges::find(surroundings.interfaces, name, &SeenInterface::name);
    return found == surroundings.interfaces.end() ? nullptr : &*found;
}

bool is_link_local(Address const& address) {
    auto const& bytes = address.bytes();
    return bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80;
}

/// The interface's first address that is no virtual one: of IPv4, or of IPv6 a link-local one (RFC 5798 5.1.2.2).
std::optional<Address> primary_address(Surroundings const& surroundings, std::string_view interface, Family family) {
    std::optional<Address> second_best;
    for (auto const& seen : surroundings.addresses) {
        if (seen.interface != interface || seen.address.family() != family) continue;
        if (family == Family::v6 && !is_link_local(seen.address)) continue;
        if (surroundings.virtual_addresses.contains(seen.address)) continue;
        // A secondary one only for want of a better: its primary may be a VIP that another director holds tomorrow.
        if (!seen.secondary) return seen.address;
        if (!second_best) second_best = seen.address;
    }
    return second_best;
}

bool is_own(Surroundings const& surroundings, Address const& address) {
    return !surroundings.virtual_addresses.contains(address) &&
           std::ranges::find(surroundings.addresses, address, &SeenAddress::address) != surroundings.addresses.end();
}

std::string own_fault(model::Instance const& instance, Surroundings const& surroundings, bool has_address) {
    auto const* const own = find(surroundings, instance.interface);
    if (instance.lacks_peers) return "unicast without a peer";
    if (!own) return fmt::format("interface {} does not exist", instance.interface);
    if (instance.track_primary && !own->up) return fmt::format("interface {} down", instance.interface);
    // By unicast: an advert from another address would be a stranger's to the peers.
    bool const needs_source = instance.track_source || !instance.unicast_peers.empty();
    if (needs_source && instance.source && !is_own(surroundings, *instance.source))
        return fmt::format("src address {} not configured", instance.source->text());
    if (!has_address)
        return instance.family == Family::v4 ? "no IPv4 address for interface" : "no link-local address for interface";
    return {};
}

struct Tracking {
    int weight = 0;
    std::string fault;
    std::string waits_for;
    std::vector<std::string> notes;

    void fail(std::string why) {
        if (fault.empty()) fault = std::move(why);
    }
    /// A positive weight is added while it is good, a negative one taken away while it is not; `reverse` turns the sign
    /// of what is added, not the moment (as measured with keepalived 2.2.7).
    void weigh(int by, bool reverse, bool good) {
        if ((by > 0) == good) weight += reverse ? -by : by;
    }
};

std::string_view name(model::TrackKind kind) {
    switch (kind) {
        case model::TrackKind::script: return "script";
        case model::TrackKind::file: return "file";
        case model::TrackKind::process: return "process";
    }
    return "?";
}

/// keepalived: the number times the weight is added; -254 and less, or with weight 0 any number but 0, is a fault.
void track_number(model::Tracked const& tracked, std::int64_t number, Tracking& sum) {
    constexpr std::int64_t most = 254;
    if (tracked.weight == 0) {
        if ((number != 0) != tracked.reverse) sum.fail(fmt::format("file {} says {}", tracked.name, number));
        return;
    }
    auto const product = std::clamp(number * tracked.weight * (tracked.reverse ? -1 : 1), -most, most);
    if (product == -most)
        sum.fail(fmt::format("file {} says {}", tracked.name, number));
    else
        sum.weight += static_cast<int>(product);
}

void track_object(model::Tracked const& tracked, Surroundings const& surroundings, Tracking& sum) {
    auto const seen = std::ranges::find_if(surroundings.tracks, [&](SeenTrack const& track) {
        return track.kind == tracked.kind && track.name == tracked.name;
    });
    if (seen == surroundings.tracks.end() || !seen->value) {
        if (tracked.weight == 0 && sum.waits_for.empty())
            sum.waits_for = fmt::format("the first result of {} {}", name(tracked.kind), tracked.name);
        return;
    }
    if (tracked.kind == model::TrackKind::file) return track_number(tracked, *seen->value, sum);
    bool const good = *seen->value != 0;
    if (tracked.weight != 0)
        sum.weigh(tracked.weight, tracked.reverse, good);
    else if (good == tracked.reverse)
        sum.fail(fmt::format("{} {} {}", name(tracked.kind), tracked.name, tracked.reverse ? "succeeded" : "failed"));
}

Tracking track(model::Instance const& instance, Surroundings const& surroundings) {
    Tracking sum;
    for (auto const& tracked : instance.track_interfaces) {
        auto const* const seen = find(surroundings, tracked.name);
        if (!surroundings.known.contains(tracked.name)) {
            sum.notes.push_back(fmt::format(
                "tracked interface {} has not existed since the start: left out until it appears", tracked.name));
            continue;
        }
        bool const up = seen && seen->up;
        if (tracked.weight == 0) {
            if (up == tracked.reverse) sum.fail(fmt::format("interface {} {}", tracked.name, tracked.reverse ? "up" : "down"));
        } else {
            sum.weigh(tracked.weight, tracked.reverse, up);
        }
    }
    for (auto const& tracked : instance.tracks) track_object(tracked, surroundings, sum);
    return sum;
}

}  // namespace

Judgement judge(model::Instance const& instance, Surroundings const& surroundings) {
    Judgement judgement;
    auto const primary = primary_address(surroundings, instance.interface, instance.family);
    bool const has_source = instance.source && is_own(surroundings, *instance.source);
    judgement.primary = primary.value_or(Address());
    auto& conditions = judgement.conditions;
    conditions.own = judgement.primary;
    conditions.fault = own_fault(instance, surroundings, primary.has_value() || has_source);
    if (has_source) {
        conditions.own = *instance.source;
    } else if (instance.source && primary && conditions.fault.empty()) {
        judgement.notes.push_back(
            fmt::format("mcast_src_ip {} is no address of this host (its peers would drop such adverts as martian or "
                        "take them for their own): sending from {}, the primary address of {}",
                        instance.source->text(), primary->text(), instance.interface));
    }
    auto const tracking = track(instance, surroundings);
    judgement.waits_for = surroundings.held_back ? "the end of the startup delay" : tracking.waits_for;
    judgement.notes.insert(judgement.notes.end(), tracking.notes.begin(), tracking.notes.end());
    conditions.priority = instance.priority;
    if (instance.priority != owner) conditions.priority = std::clamp(instance.priority + tracking.weight, 1, owner - 1);
    if (conditions.fault.empty()) conditions.fault = tracking.fault;
    return judgement;
}

}  // namespace drover::vrrp
