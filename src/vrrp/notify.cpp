#include "vrrp/notify.h"

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

std::vector<NotifyEvent> notify_events(model::Instance const& instance, Happening happening, int effective_priority) {
    std::vector<NotifyEvent> events;
    if (auto const& own = script_for(instance.notify, happening); !own.empty()) events.push_back({own, {}, instance.name});
    if (auto const& any = instance.notify.any; !any.empty())
        events.push_back({any,
                          {"INSTANCE", instance.name, std::string(name(happening)), std::to_string(effective_priority)},
                          instance.name});
    return events;
}

}  // namespace drover::vrrp
