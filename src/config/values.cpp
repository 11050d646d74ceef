#include "config/values.h"

#include <fmt/core.h>

#include <bit>
#include <charconv>
#include <cmath>

namespace drover::config {

namespace {

constexpr double longest_timer = 1e12;  // seconds; far beyond all limits, and safe in microseconds

}  // namespace

std::optional<std::int64_t> parse_number(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    std::int64_t value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<Duration> parse_timer(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    double seconds = 0;
    auto const [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), seconds, std::chars_format::fixed);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    if (!(std::abs(seconds) < longest_timer)) return std::nullopt;
    return Duration(std::llround(seconds * 1e6));
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
    auto const value = parse_number(text);
    if (!value || *value < 0 || *value > 65535) return std::nullopt;
    return static_cast<std::uint16_t>(*value);
}

std::optional<std::uint8_t> parse_netmask(std::string_view text) {
    if (auto const length = parse_number(text)) {
        if (*length < 1 || *length > 32) return std::nullopt;
        return static_cast<std::uint8_t>(*length);
    }
    auto const mask = Address::parse(text);
    if (!mask || !mask->is_v4()) return std::nullopt;
    auto const length = std::countl_one(mask->v4());
    if (length != std::popcount(mask->v4())) return std::nullopt;
    return static_cast<std::uint8_t>(length);
}

std::string in_seconds(Duration duration) {
    auto text = fmt::format("{:.6f}", static_cast<double>(duration.count()) / 1e6);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.')) text.pop_back();
    return text;
}

std::optional<std::int64_t> read_number(Reading& reading, Statement const& statement, std::int64_t least,
                                        std::int64_t most) {
    auto const* argument = statement.argument(1);
    if (argument == nullptr) return std::nullopt;
    auto const value = parse_number(argument->text);
    if (value && *value >= least && *value <= most) return value;
    reading.reporter.warn(argument->position, "bad-number",
                          fmt::format("`{}` is no whole number from {} to {}: this `{}` is ignored", argument->text,
                                      least, most, statement.name()));
    return std::nullopt;
}

std::optional<Duration> read_timer(Reading& reading, Statement const& statement, Duration least, Duration most) {
    auto const* argument = statement.argument(1);
    if (argument == nullptr) return std::nullopt;
    auto const value = parse_timer(argument->text);
    if (value && *value >= least && *value <= most) return value;
    reading.reporter.warn(argument->position, "bad-time",
                          fmt::format("`{}` is no time from {} to {} seconds: this `{}` is ignored", argument->text,
                                      in_seconds(least), in_seconds(most), statement.name()));
    return std::nullopt;
}

std::optional<bool> read_switch(Reading& reading, Statement const& statement) {
    auto const* argument = statement.argument(1);
    if (argument == nullptr) return true;
    auto const word = argument->text;
    if (word == "on" || word == "true" || word == "yes") return true;
    if (word == "off" || word == "false" || word == "no") return false;
    reading.reporter.warn(
        argument->position, "bad-switch",
        fmt::format("`{}` is none of on, off, true, false, yes, no: this `{}` is ignored", word, statement.name()));
    return std::nullopt;
}

std::optional<Address> read_address(Reading& reading, Statement const& statement) {
    auto const* argument = statement.argument(1);
    if (argument == nullptr) return std::nullopt;
    auto const address = Address::parse(argument->text);
    if (!address)
        reading.reporter.warn(
            argument->position, "bad-address",
            fmt::format("`{}` is no IP address: this `{}` is ignored", argument->text, statement.name()));
    return address;
}

}  // namespace drover::config
