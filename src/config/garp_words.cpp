#include "config/garp_words.h"

#include <algorithm>
#include <string>

namespace drover::config {

namespace {

constexpr auto longest_delay = Duration(std::chrono::seconds(4'294'967));  // 2^32 milliseconds and more are of no use
constexpr std::int64_t most_repeats = 255;

void read_repeat(Reading& reading, Statement const& statement, int& repeat) {
    auto const number = read_number(reading, statement, 0, most_repeats);
    if (!number) return;
    repeat = static_cast<int>(std::max<std::int64_t>(*number, 1));
    if (*number == 0)
        reading.reporter.warn(
            statement.argument(1)->position, "bad-number",
            std::string("`") + std::string(statement.name()) + "` is at least 1: 1 is used, as in keepalived");
}

/// [all] SECONDS
void read_extra(Reading& reading, Statement const& statement, model::GarpSchedule& garp) {
    constexpr std::int64_t longest = 86400;
    bool const all = statement.argument(1)->text == "all";
    auto const* const word = statement.argument(all ? 2 : 1);
    auto const seconds = word == nullptr ? std::nullopt : parse_number(word->text);
    if (!seconds || *seconds < 0 || *seconds > longest) {
        reading.reporter.warn((word == nullptr ? statement.keyword() : *word).position, "bad-number",
                              "this takes `all`, if that is meant, and seconds from 0 (never) to 86400: it is ignored");
        return;
    }
    garp.extra = std::chrono::seconds(*seconds);
    garp.extra_all = all;
}

}  // namespace

bool read_garp_word(Reading& reading, Statement const& statement, std::string_view prefix, model::GarpSchedule& garp) {
    auto name = statement.name();
    if (!name.starts_with(prefix)) return false;
    name.remove_prefix(prefix.size());
    if (name == "garp_master_delay")
        garp.delay = read_timer(reading, statement, 0s, longest_delay).value_or(garp.delay);
    else if (name == "garp_master_refresh")
        garp.refresh = read_timer(reading, statement, 0s, longest_delay).value_or(garp.refresh);
    else if (name == "garp_master_repeat")
        read_repeat(reading, statement, garp.repeat);
    else if (name == "garp_master_refresh_repeat")
        read_repeat(reading, statement, garp.refresh_repeat);
    else if (name == "garp_lower_prio_delay")
        garp.lower_delay = read_timer(reading, statement, 0s, longest_delay);
    else if (name == "garp_extra_if" || name == "vmac_garp_intvl")
        read_extra(reading, statement, garp);
    else if (name == "garp_lower_prio_repeat")
        // Here 0 is a choice: no announcement answers an advert of lower priority.
        garp.lower_repeat = static_cast<int>(
            read_number(reading, statement, 0, most_repeats).value_or(garp.lower_repeat.value_or(garp.repeat)));
    else
        return false;
    return true;
}

}  // namespace drover::config
