#include "vrrp/notify.h"

#include <fmt/core.h>

namespace drover::vrrp {
namespace {

model::Script const& script_for(model::NotifyScripts const& scripts, Happening happening) {
    switch (happening) {
        case Happening::became_master: return scripts.master;
        case Happening::became_backup: return scripts.backup;
        case Happening::became_fault: return scripts.fault;
        case Happening::stopped: return scripts.stop;
        case Happening::deleted: return scripts.deleted;
        case Happening::heard_lower: return scripts.heard_lower;
        case Happening::priority_as_master:
        case Happening::priority_as_backup: break;
    }
    static model::Script const none;
    return none;
}

bool is_state(Happening happening) { return happening <= Happening::deleted; }

/// Unless it is to be told as such, keepalived calls a deletion a fault.
std::string state_told(model::NotifyScripts const& scripts, Happening happening) {
    bool const as_fault = happening == Happening::deleted && !scripts.deletion;
    return std::string(name(as_fault ? Happening::became_fault : happening));
}

StateChange change(model::NotifyScripts const& scripts, Happening happening, bool of_group, std::string const& whose,
                   int priority) {
    StateChange change{of_group, whose, happening, state_told(scripts, happening), priority, {}};
    if (auto const& own = script_for(scripts, happening); !own.empty()) change.scripts.push_back({own, {}, whose});
    if (!scripts.any.empty() && is_state(happening))
        change.scripts.push_back(
            {scripts.any, {of_group ? "GROUP" : "INSTANCE", whose, change.state, std::to_string(priority)}, whose});
    return change;
}

}  // namespace

std::string_view name(Happening happening) {
    switch (happening) {
        case Happening::became_master: return "MASTER";
        case Happening::became_backup: return "BACKUP";
        case Happening::became_fault: return "FAULT";
        case Happening::stopped: return "STOP";
        case Happening::deleted: return "DELETED";
        case Happening::heard_lower: return "MASTER_RX_LOWER_PRI";
        case Happening::priority_as_master: return "MASTER_PRIORITY";
        case Happening::priority_as_backup: return "BACKUP_PRIORITY";
    }
    return "?";
}

Happening entering(model::VrrpState state) {
    switch (state) {
        case model::VrrpState::master: return Happening::became_master;
        case model::VrrpState::fault: return Happening::became_fault;
        case model::VrrpState::backup:
        case model::VrrpState::init: break;
    }
    return Happening::became_backup;
}

StateChange without_scripts(StateChange change) {
    change.scripts.clear();
    return change;
}

StateChange change_of(model::Instance const& instance, Happening happening, int effective_priority) {
    return change(instance.notify, happening, false, instance.name, effective_priority);
}

StateChange change_of(model::SyncGroup const& group, Happening happening) {
    return change(group.notify, happening, true, group.name, 0);
}

std::string fifo_line(StateChange const& change) {
    return fmt::format("{} \"{}\" {} {}", change.of_group ? "GROUP" : "INSTANCE", change.name, change.state,
                       change.priority);
}

}  // namespace drover::vrrp
