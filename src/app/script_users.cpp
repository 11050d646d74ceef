#include "app/script_users.h"

namespace drover::app {

void fill_script_users(model::Configuration& configuration, std::string const& default_user) {
    auto& global = configuration.global;
    auto const fill = [&](model::Script& script) {
        if (script.empty() || !script.user.empty()) return;
        script.user = global.script_user.empty() ? default_user : global.script_user;
        script.group = global.script_user.empty() ? std::string{} : global.script_group;
    };
    auto const fill_all = [&](model::NotifyScripts& notify) {
        for (auto* script : {&notify.master, &notify.backup, &notify.fault, &notify.stop, &notify.any, &notify.deleted,
                             &notify.heard_lower})
            fill(*script);
    };
    for (auto& instance : configuration.instances) fill_all(instance.notify);
    for (auto& group : configuration.sync_groups) fill_all(group.notify);
    for (auto& script : configuration.tracking.scripts) fill(script.script);
    fill(configuration.global.fifo.script);
    fill(configuration.global.vrrp_fifo.script);
    fill(configuration.global.lvs_fifo.script);
    for (auto& service : configuration.services) {
        fill(service.quorum.up);
        fill(service.quorum.down);
        for (auto& server : service.servers) {
            fill(server.notify_up);
            fill(server.notify_down);
        }
    }
}

}  // namespace drover::app
