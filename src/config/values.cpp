#include "config/values.h"

#include <charconv>
#include <cmath>

namespace drover::config {

namespace {

std::optional<std::int64_t> parse_number(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    std::int64_t value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

/// Decimal seconds to microseconds; digits and one point only.
std::optional<Duration> parse_timer(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    double seconds = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds, std::chars_format::fixed);
    if (error != std::errc{} || end != text.data() + text.size() || !(std::abs(seconds) < 1e12)) return std::nullopt;
    return Duration(std::llround(seconds * 1e6));
}

std::string in_seconds(Duration duration) {
    auto text = std::to_string(static_cast<double>(duration.count()) / 1e6);
    while (text.ends_with('0')) text.pop_back();
    if (text.ends_with('.')) text.pop_back();
    return text;
}

}  // namespace

model::Origin origin_of(Statement const& statement) {
    auto const& at = statement.keyword().position;
    return {at.file, at.line, at.column};
}

std::optional<std::int64_t> read_number(Reading& reading, Statement const& statement, std::int64_t least,
                                        std::int64_t most) {
    auto const* argument = statement.argument(1);
    if (argument == nullptr) return std::nullopt;
    auto const value = parse_number(argument->text);
    if (value && *value >= least && *value <= most) return value;
    reading.reporter.warn(argument->position, "bad-number",
                          "`" + argument->text + "` is no whole number from " + std::to_string(least) + " to " +
                              std::to_string(most) + ", as `" + statement.keyword().text + "` takes it; it is ignored");
    return std::nullopt;
}

std::optional<Duration> read_timer(Reading& reading, Statement const& statement, Duration least, Duration most) {
    auto const* argument = statement.argument(1);
    if (argument == nullptr) return std::nullopt;
    auto const value = parse_timer(argument->text);
    if (value && *value >= least && *value <= most) return value;
    reading.reporter.warn(argument->position, "bad-time",
                          "`" + argument->text + "` is no time from " + in_seconds(least) + " to " + in_seconds(most) +
                              " seconds, as `" + statement.keyword().text + "` takes it; it is ignored");
    return std::nullopt;
}

bool read_switch(Reading& reading, Statement const& statement) {
    auto const* argument = statement.argument(1);
    if (argument == nullptr) return true;
    auto const& word = argument->text;
    if (word == "on" || word == "true" || word == "yes") return true;
    if (word == "off" || word == "false" || word == "no") return false;
    reading.reporter.warn(argument->position, "bad-switch",
                          "`" + word + "` is none of on, off, true, false, yes, no; `" + statement.keyword().text + "` is ignored");
    return false;
}

std::optional<Address> read_address(Reading& reading, Statement const& statement) {
    auto const* argument = statement.argument(1);
    if (argument == nullptr) return std::nullopt;
    auto const address = Address::parse(argument->text);
    if (!address)
        reading.reporter.warn(argument->position, "bad-address",
                              "`" + argument->text + "` is no IP address; `" + statement.keyword().text + "` is ignored");
    return address;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
    auto const value = parse_number(text);
    if (!value || *value < 0 || *value > 65535) return std::nullopt;
    return static_cast<std::uint16_t>(*value);
}

}  // namespace drover::config
