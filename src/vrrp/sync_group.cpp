#include "vrrp/sync_group.h"

#include <algorithm>

#include <fmt/core.h>

namespace drover::vrrp {

using model::VrrpState;

namespace {

bool all_are(std::span<Machine const* const> members, auto&& what) {
    return std::ranges::all_of(members, [&](Machine const* machine) { return what(*machine); });
}
bool any_is(std::span<Machine const* const> members, auto&& what) {
    return std::ranges::any_of(members, [&](Machine const* machine) { return what(*machine); });
}
bool is_master(Machine const& machine) { return machine.state == VrrpState::master; }
bool is_backup(Machine const& machine) { return machine.state == VrrpState::backup; }

}  // namespace

std::optional<VrrpState> SyncGroup::move(std::span<Machine const* const> members) const {
    if (all_are(members, is_master)) return std::nullopt;
    // Faults are shared before (share()): a member on its way to FAULT or out of it is waited for.
    if (!all_are(members, [](Machine const& m) { return is_master(m) || is_backup(m); })) return std::nullopt;
    if (all_are(members, [](Machine const& m) { return is_master(m) || m.wants_master; })) return VrrpState::master;
    if (!any_is(members, is_master)) return std::nullopt;
    // A member that has just been added to a group of masters has time to find out whether there is another one.
    bool const yielded = state_ == VrrpState::master;
    bool const hears_another = any_is(members, [](Machine const& m) { return is_backup(m) && m.hears_master; });
    if (yielded || hears_another) return VrrpState::backup;
    return std::nullopt;
}

VrrpState together(std::span<VrrpState const> members) {
    for (auto const state : {VrrpState::fault, VrrpState::init, VrrpState::backup, VrrpState::master})
        if (std::ranges::find(members, state) != members.end()) return state;
    return VrrpState::init;
}

VrrpState SyncGroup::settle(std::span<Machine const* const> members) {
    std::vector<VrrpState> states;
    for (auto const* const member : members) states.push_back(member->state);
    return state_ = together(states);
}

void share(std::vector<model::SyncGroup> const& groups, Judgements& judgements) {
    for (auto const& group : groups) {
        std::string fault, waits_for;
        for (auto const& name : group.members) {
            auto const found = judgements.find(name);
            if (found == judgements.end()) continue;
            if (fault.empty() && !found->second.conditions.fault.empty())
                fault = fmt::format("{} of its sync group {}: {}", name, group.name, found->second.conditions.fault);
            if (waits_for.empty()) waits_for = found->second.waits_for;
        }
        for (auto const& name : group.members) {
            auto const found = judgements.find(name);
            if (found == judgements.end()) continue;
            if (found->second.conditions.fault.empty()) found->second.conditions.fault = fault;
            if (found->second.waits_for.empty()) found->second.waits_for = waits_for;
        }
    }
}

}  // namespace drover::vrrp
