// A sync group keeps its instances in step: they become MASTER when all of them want to, and when one of them yields or
// cannot go on, none does. Pure: what is to be done follows from what the members are.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/observed.h"
#include "model/sync_group.h"
#include "vrrp/conditions.h"
#include "vrrp/machine.h"

namespace drover::vrrp {

/// What members in these states are together: FAULT before INIT before BACKUP before MASTER, and INIT without any.
model::VrrpState together(std::span<model::VrrpState const> members);

class SyncGroup {
public:
    /// `state`: what it was before an upgrade.
    explicit SyncGroup(model::SyncGroup group, model::VrrpState state = model::VrrpState::init)
        : group_(std::move(group)), state_(state) {}

    /// What every member must be moved to now; nothing: they are in step, or on the way there by themselves. `members` are
    /// the machines of those members that run.
    std::optional<model::VrrpState> move(std::span<Machine const* const> members) const;

    /// What the members are together: to be called when all moves are done.
    model::VrrpState settle(std::span<Machine const* const> members);
    model::VrrpState state() const { return state_; }

    model::SyncGroup const& group() const { return group_; }
    void reconfigure(model::SyncGroup group) { group_ = std::move(group); }

private:
    model::SyncGroup group_;
    model::VrrpState state_;
};

using Judgements = std::map<std::string, Judgement, std::less<>>;  ///< by instance

/// A member's fault is every member's, and all wait for what one of them waits for.
void share(std::vector<model::SyncGroup> const& groups, Judgements& judgements);

}  // namespace drover::vrrp
