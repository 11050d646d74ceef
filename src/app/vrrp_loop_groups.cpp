// Sync groups: their members move together.
#include <algorithm>
#include <utility>

#include "app/vrrp_loop.h"
#include "base/log.h"
#include "loop/io/clock.h"

namespace drover::app {

/// What a group was stays, whatever becomes of its members.
void VrrpLoop::regroup(std::vector<model::SyncGroup> groups, std::vector<Told> const& told) {
    std::vector<vrrp::SyncGroup> regrouped;
    for (auto& group : groups) {
        auto const known = std::ranges::find_if(groups_, [&](auto const& g) { return g.group().name == group.name; });
        auto const earlier = told_of(told, true, group.name).value_or(Told{}).state;
        auto& now = regrouped.emplace_back(known == groups_.end() ? vrrp::SyncGroup(group, earlier) : *known);
        now.reconfigure(std::move(group));
    }
    groups_ = std::move(regrouped);
}

bool VrrpLoop::is_grouped(std::string const& instance) const {
    return std::ranges::any_of(groups_, [&](auto const& group) {
        return std::ranges::find(group.group().members, instance) != group.group().members.end();
    });
}

std::vector<VrrpRouter*> VrrpLoop::members_of(vrrp::SyncGroup const& group) {
    std::vector<VrrpRouter*> members;
    for (auto const& name : group.group().members)
        if (auto* const router = router_named(routers_, name)) members.push_back(router);
    return members;
}

void VrrpLoop::keep_in_step() {
    for (auto& group : groups_) {
        auto const& name = group.group().name;
        auto const members = members_of(group);
        std::vector<vrrp::Machine const*> machines;
        for (auto const* const member : members) machines.push_back(&member->machine());
        if (auto const state = group.move(machines)) {
            bool told = std::ranges::any_of(machines, [&](auto const* machine) { return machine->state == *state; });
            auto const tell = [&] { log::info("VRRP_Group({}) Syncing instances to {} state", name, model::name(*state)); };
            // As in keepalived the first one has moved when the others are told to.
            if (told) tell();
            for (auto* const member : members) {
                member->move_to(*state, "with its sync group " + name, loop::now());
                if (!std::exchange(told, true)) tell();
            }
        }
        auto const before = group.state();
        auto const now = group.settle(machines);
        if (now == before || now == model::VrrpState::init) continue;
        bool const is_over = before == model::VrrpState::fault && now == model::VrrpState::backup;
        if (is_over || now == model::VrrpState::fault)
            log::info("VRRP_Group({}) Syncing instances to {} state", name, model::name(now));
        outside_.notify(vrrp::change_of(group.group(), vrrp::entering(now)));
    }
}

}  // namespace drover::app
