// Whom a change of state is told: scripts, with keepalived's arguments, and a line for FIFOs. Running and writing them is
// somebody else's work.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/instance.h"
#include "model/observed.h"
#include "model/script.h"
#include "model/sync_group.h"

namespace drover::vrrp {

enum class Happening {
    became_master,
    became_backup,
    became_fault,
    stopped,
    deleted,             ///< stopped, because it is not in the configuration any more
    heard_lower,         ///< as a master, an advert of a lower priority
    priority_as_master,  ///< the priority has changed, while it is MASTER
    priority_as_backup,  ///< likewise, in any other state
};

/// "MASTER", "BACKUP", "FAULT", "STOP", "DELETED", "MASTER_RX_LOWER_PRI", "MASTER_PRIORITY", "BACKUP_PRIORITY".
std::string_view name(Happening happening);

/// Having become MASTER, BACKUP or FAULT.
Happening entering(model::VrrpState state);

struct NotifyEvent {
    model::Script script;
    std::vector<std::string> extra;  ///< arguments to append to the script's own
    std::string instance;            ///< or the group's name
    bool operator==(NotifyEvent const&) const = default;
};

/// In `scripts`, in the order in which they are to be started: the state's own script without extra arguments, then
/// `notify` with INSTANCE|GROUP NAME STATE PRIORITY, if it is a state. Scripts that are not configured are left out.
struct StateChange {
    bool of_group = false;
    std::string name;
    Happening happening = Happening::became_backup;
    std::string state;  ///< as `notify` and FIFOs are told: name(happening), but a deletion may be called FAULT
    int priority = 0;  ///< effective; of a group 0
    std::vector<NotifyEvent> scripts;
};
StateChange change_of(model::Instance const& instance, Happening happening, int effective_priority);
StateChange change_of(model::SyncGroup const& group, Happening happening);

/// For FIFOs alone: nothing has changed, what is is told again.
StateChange without_scripts(StateChange change);

/// `INSTANCE "VI_1" MASTER 150`, without a line end.
std::string fifo_line(StateChange const& change);

}  // namespace drover::vrrp
