#include "control/timestamp.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>

namespace drover::control {

namespace {

using Micros = std::chrono::sys_time<std::chrono::microseconds>;
constexpr std::size_t timestamp_length = sizeof "2026-11-23T10:11:12.000345Z" - 1;

}  // namespace

std::string timestamp(std::int64_t unix_us) {
    auto const time = Micros(std::chrono::microseconds(unix_us));
    auto const day = std::chrono::floor<std::chrono::days>(time);
    std::chrono::year_month_day const date(day);
    std::chrono::hh_mm_ss const clock(time - day);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                       clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

std::optional<std::int64_t> parse_timestamp(std::string_view text) {
    if (text.size() != timestamp_length || text.back() != 'Z') return std::nullopt;
    int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, micros = 0;
    if (std::sscanf(std::string(text).c_str(), "%4d-%2d-%2dT%2d:%2d:%2d.%6dZ", &year, &month, &day, &hour, &minute,
                    &second, &micros) != 7)
        return std::nullopt;
    using namespace std::chrono;
    year_month_day const date(std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                              std::chrono::day(static_cast<unsigned>(day)));
    if (!date.ok()) return std::nullopt;
    auto const time = sys_days(date) + hours(hour) + minutes(minute) + seconds(second) + microseconds(micros);
    auto const unix_us = time.time_since_epoch().count();
    // Comparing with the canonical text also refuses hour 25 and signs inside numbers.
    if (timestamp(unix_us) != text) return std::nullopt;
    return unix_us;
}

std::string span_text(std::int64_t seconds) {
    if (seconds < 0) seconds = 0;
    auto const minutes = seconds / 60, hours = minutes / 60, days = hours / 24;
    if (minutes == 0) return fmt::format("{} s", seconds);
    if (hours == 0) return fmt::format("{} min {} s", minutes, seconds % 60);
    if (days == 0) return fmt::format("{} h {} min", hours, minutes % 60);
    return fmt::format("{} d {} h", days, hours % 24);
}

}  // namespace drover::control
