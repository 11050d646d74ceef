#include "app/script_users.h"

namespace drover::app {

void fill_script_users(model::Configuration& configuration, std::string const& default_user) {
    auto const& global = configuration.global;
    auto const fill = [&](model::Script& script) {
        if (script.empty() || !script.user.empty()) return;
        script.user = global.script_user.empty() ? default_user : global.script_user;
        script.group = global.script_user.empty() ? std::string{} : global.script_group;
    };
    for (auto& instance : configuration.instances)
        for (auto* script : {&instance.notify.master, &instance.notify.backup, &instance.notify.fault,
                             &instance.notify.stop, &instance.notify.any})
            fill(*script);
    for (auto& service : configuration.services) {
        fill(service.quorum_up);
        fill(service.quorum_down);
        for (auto& server : service.servers) {
            fill(server.notify_up);
            fill(server.notify_down);
        }
    }
}

}  // namespace drover::app
