// Whom a change of state is told: scripts, with keepalived's arguments, and a line for FIFOs. Running and writing them is
// somebody else's work.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/instance.h"
#include "model/script.h"
#include "model/sync_group.h"

namespace drover::vrrp {

enum class Happening { became_master, became_backup, became_fault, stopped };

/// "MASTER", "BACKUP", "FAULT", "STOP".
std::string_view name(Happening happening);

struct NotifyEvent {
    model::Script script;
    std::vector<std::string> extra;  ///< arguments to append to the script's own
    std::string instance;            ///< or the group's name
    bool operator==(NotifyEvent const&) const = default;
};

/// In `scripts`, in the order in which they are to be started: the state's own script without extra arguments, then
/// `notify` with INSTANCE|GROUP NAME STATE PRIORITY. Scripts that are not configured are left out.
struct StateChange {
    bool of_group = false;
    std::string name;
    Happening happening = Happening::became_backup;
    int priority = 0;  ///< effective; of a group 0
    std::vector<NotifyEvent> scripts;
};
StateChange change_of(model::Instance const& instance, Happening happening, int effective_priority);
StateChange change_of(model::SyncGroup const& group, Happening happening);

/// `INSTANCE "VI_1" MASTER 150`, without a line end.
std::string fifo_line(StateChange const& change);

}  // namespace drover::vrrp
