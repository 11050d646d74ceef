// What a daemon that executes itself anew leaves to the one that it becomes, beside what is pinned: what it has told
// others, and what it has found out and would have to find out again. Pure; it is handed on as text.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/endpoint.h"
#include "base/result.h"
#include "model/observed.h"
#include "vrrp/conditions.h"

namespace drover::app {

/// The state of an instance, or of a sync group, that scripts and FIFOs have been told last.
struct Told {
    std::string name;
    bool of_group = false;
    model::VrrpState state = model::VrrpState::init;
    std::optional<Address> gave_to = {};  ///< whom it has handed over to
    bool operator==(Told const&) const = default;
};

/// Of an instance or of a sync group with this name.
std::optional<Told> told_of(std::vector<Told> const& all, bool of_group, std::string const& name);

/// What the checks of a server say together.
struct FoundServer {
    ServiceKey service;
    Endpoint server;
    bool up = true;
    bool operator==(FoundServer const&) const = default;
};

/// Whether a service has its quorum, as it was told last.
struct StandingService {
    ServiceKey service;
    bool stands = false;
    bool operator==(StandingService const&) const = default;
};

struct Inheritance {
    std::optional<std::string> file;  ///< the configuration
    std::vector<Told> told;
    std::vector<vrrp::SeenTrack> scripts;  ///< those that have a result
    std::vector<FoundServer> servers;
    std::vector<StandingService> services;
    std::map<std::string, int> arp_announce;  ///< by interface: what it was before drover came
    bool operator==(Inheritance const&) const = default;
};

std::string write(Inheritance const& inheritance);
/// Lines that are not understood are left out: another version may have written them.
Inheritance read_inheritance(std::string_view text);

}  // namespace drover::app
