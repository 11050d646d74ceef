// Which scripts an instance's transitions run, with keepalived's arguments. Running them is somebody else's work.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/instance.h"
#include "model/script.h"

namespace drover::vrrp {

enum class Happening { became_master, became_backup, became_fault, stopped };

/// "MASTER", "BACKUP", "FAULT", "STOP".
std::string_view name(Happening happening);

struct NotifyEvent {
    model::Script script;
    std::vector<std::string> extra;  ///< arguments to append to the script's own
    std::string instance;
    bool operator==(NotifyEvent const&) const = default;
};

/// In the order in which they are to be started: the state's own script without extra arguments, then `notify` with
/// INSTANCE NAME STATE PRIORITY. Scripts that are not configured are left out.
std::vector<NotifyEvent> notify_events(model::Instance const& instance, Happening happening, int effective_priority);

}  // namespace drover::vrrp
