#include "config/notify_words.h"

#include <algorithm>
#include <array>

#include "config/script.h"

namespace drover::config {

void read_notify_word(Reading& reading, Statement const& s, model::NotifyScripts& scripts) {
    struct Row {
        std::string_view name;
        model::Script model::NotifyScripts::*script;
    };
    if (s.name() == "notify_priority_changes")
        scripts.priority_changes = read_switch(reading, s).value_or(scripts.priority_changes);
    if (s.name() == "notify_deleted") scripts.deletion = true;
    if (s.argument(1) == nullptr) return;
    static constexpr std::array rows{
        Row{"notify_master", &model::NotifyScripts::master}, Row{"notify_backup", &model::NotifyScripts::backup},
        Row{"notify_fault", &model::NotifyScripts::fault},   Row{"notify_stop", &model::NotifyScripts::stop},
        Row{"notify", &model::NotifyScripts::any},
        Row{"notify_deleted", &model::NotifyScripts::deleted},
        Row{"notify_master_rx_lower_pri", &model::NotifyScripts::heard_lower},
    };
    auto const row = std::ranges::find(rows, s.name(), &Row::name);
    if (row != rows.end()) read_first_script(reading, s, scripts.*row->script);
}

}  // namespace drover::config
