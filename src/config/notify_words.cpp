#include "config/notify_words.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "config/script.h"

namespace drover::config {

void read_notify_word(Reading& reading, Statement const& s, model::NotifyScripts& scripts) {
    struct Row {
        std::string_view name;
        model::Script model::NotifyScripts::*script;
    };
    static constexpr std::array rows{
        Row{"notify_master", &model::NotifyScripts::master}, Row{"notify_backup", &model::NotifyScripts::backup},
        Row{"notify_fault", &model::NotifyScripts::fault},   Row{"notify_stop", &model::NotifyScripts::stop},
        Row{"notify", &model::NotifyScripts::any},
    };
    auto const row = std::ranges::find(rows, s.name(), &Row::name);
    if (row == rows.end()) return;
    auto& script = scripts.*row->script;
    if (script.empty())
        script = read_script(reading, s);
    else
        reading.reporter.warn(
            s.keyword().position, "repeated-script",
            fmt::format("`{}` was given before: of scripts the first one counts, this one is ignored", s.name()));
}

}  // namespace drover::config
