// What the surroundings of an instance (interfaces, addresses) mean for it: pure judgement over what was seen.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "model/instance.h"
#include "vrrp/machine.h"

namespace drover::vrrp {

struct SeenInterface {
    std::string name;
    bool up = false;  ///< switched on and with a carrier
    bool operator==(SeenInterface const&) const = default;
};

struct SeenAddress {
    std::string interface;
    Address address;
    bool secondary = false;  ///< another address of the same network came first
    bool operator==(SeenAddress const&) const = default;
};

/// A script, file or process that is tracked.
struct SeenTrack {
    model::TrackKind kind = model::TrackKind::script;
    std::string name;
    std::optional<int> value;  ///< script, process: 1 good, 0 bad; file: the number in it; nothing: not known yet
    bool operator==(SeenTrack const&) const = default;
};

struct Surroundings {
    std::vector<SeenInterface> interfaces;  ///< those that exist
    std::vector<SeenAddress> addresses;     ///< in the kernel's order
    std::set<std::string> known;            ///< names of all interfaces that have existed since the start, gone or not
    std::set<Address> virtual_addresses;    ///< of all instances: never a source of adverts
    std::vector<SeenTrack> tracks{};
    bool held_back = false;  ///< by vrrp_startup_delay or vrrp_delay_after_boot: no instance starts yet
    bool operator==(Surroundings const&) const = default;
};

struct Judgement {
    Conditions conditions;
    Address primary;  ///< of the own interface, in IPv6 its link-local one; "::" when it has none
    std::vector<std::string> notes;  ///< what is not as configured and yet goes on, a sentence each
    std::string waits_for{};         ///< before it starts: "the first result of script chk"; empty: nothing
    bool operator==(Judgement const&) const = default;
};

/// A tracked interface that is not known yet is left out and noted; one that was there and is gone is down. Faults of the instance's own interface come first.
Judgement judge(model::Instance const& instance, Surroundings const& surroundings);

}  // namespace drover::vrrp
