#include "vrrp/notify.h"

#include <fmt/core.h>

namespace drover::vrrp {
namespace {

model::Script const& script_for(model::NotifyScripts const& scripts, Happening happening) {
    switch (happening) {
        case Happening::became_master: return scripts.master;
        case Happening::became_backup: return scripts.backup;
        case Happening::became_fault: return scripts.fault;
        case Happening::stopped: break;
    }
    return scripts.stop;
}

std::vector<NotifyEvent> scripts_of(model::NotifyScripts const& scripts, Happening happening, std::string kind,
                                    std::string const& name_of, int priority) {
    std::vector<NotifyEvent> events;
    if (auto const& own = script_for(scripts, happening); !own.empty()) events.push_back({own, {}, name_of});
    if (!scripts.any.empty())
        events.push_back({scripts.any,
                          {std::move(kind), name_of, std::string(name(happening)), std::to_string(priority)},
                          name_of});
    return events;
}

}  // namespace

std::string_view name(Happening happening) {
    switch (happening) {
        case Happening::became_master: return "MASTER";
        case Happening::became_backup: return "BACKUP";
        case Happening::became_fault: return "FAULT";
        case Happening::stopped: return "STOP";
    }
    return "?";
}

StateChange change_of(model::Instance const& instance, Happening happening, int effective_priority) {
    return {false, instance.name, happening, effective_priority,
            scripts_of(instance.notify, happening, "INSTANCE", instance.name, effective_priority)};
}

StateChange change_of(model::SyncGroup const& group, Happening happening) {
    return {true, group.name, happening, 0, scripts_of(group.notify, happening, "GROUP", group.name, 0)};
}

std::string fifo_line(StateChange const& change) {
    return fmt::format("{} \"{}\" {} {}", change.of_group ? "GROUP" : "INSTANCE", change.name, name(change.happening),
                       change.priority);
}

}  // namespace drover::vrrp
