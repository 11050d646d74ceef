#include "config/shared_words.h"

#include <algorithm>
#include <array>

#include "config/garp_words.h"

namespace drover::config {

namespace {

struct SwitchWord {
    std::string_view name;
    bool model::Instance::*value;
};
constexpr std::array switches{
    SwitchWord{"skip_check_adv_addr", &model::Instance::skip_check_adv_addr},
    SwitchWord{"check_unicast_src", &model::Instance::check_unicast_source},
    SwitchWord{"lower_prio_no_advert", &model::Instance::lower_prio_no_advert},
    SwitchWord{"higher_prio_send_advert", &model::Instance::higher_prio_send_advert},
    SwitchWord{"owner_ignore_adverts", &model::Instance::owner_ignores_adverts},
};

constexpr std::int64_t most_down_adverts = 100;

}  // namespace

bool read_shared_word(Reading& reading, Statement const& statement, std::string_view prefix,
                      model::Instance& instance) {
    auto name = statement.name();
    if (!name.starts_with(prefix)) return false;
    name.remove_prefix(prefix.size());
    if (auto const found = std::ranges::find(switches, name, &SwitchWord::name); found != switches.end()) {
        auto& value = instance.*found->value;
        value = read_switch(reading, statement).value_or(value);
        return true;
    }
    if (statement.argument(1) == nullptr) return false;
    if (name == "down_timer_adverts") {
        instance.down_adverts =
            static_cast<int>(read_number(reading, statement, 1, most_down_adverts).value_or(instance.down_adverts));
        return true;
    }
    return read_garp_word(reading, statement, prefix, instance.garp);
}

}  // namespace drover::config
