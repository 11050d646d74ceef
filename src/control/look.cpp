#include "control/look.h"

#include <fmt/format.h>

#include "control/timestamp.h"

namespace drover::control {

namespace {

std::string_view ansi(Hue hue) {
    switch (hue) {
        case Hue::plain:
            return "";
        case Hue::good:
            return "\x1b[32m";
        case Hue::warning:
            return "\x1b[33m";
        case Hue::bad:
            return "\x1b[31m";
        case Hue::faint:
            return "\x1b[2m";
        case Hue::bold:
            return "\x1b[1m";
    }
    return "";
}

}  // namespace

std::string Look::paint(Hue hue, std::string_view text) const {
    if (!colour || hue == Hue::plain) return std::string(text);
    return fmt::format("{}{}\x1b[0m", ansi(hue), text);
}

std::string Look::cell(Hue hue, std::string_view text, std::size_t width) const {
    auto const padding = text.size() < width ? std::string(width - text.size(), ' ') : std::string{};
    return paint(hue, text) + padding;
}

std::string Look::age(std::int64_t since_unix_us) const { return span_text((now_unix_us - since_unix_us) / 1'000'000); }

}  // namespace drover::control
