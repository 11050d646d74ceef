// How text for people shall look, decided by whoever knows the terminal.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace drover::control {

enum class Hue { plain, good, warning, bad, faint, bold };

struct Look {
    bool colour = false;
    std::int64_t now_unix_us = 0;
    /// Wall-clock time as the reader's clock shows it, "2026-11-23 10:11:12".
    std::function<std::string(std::int64_t unix_us)> clock_text;

    /// `text` in ANSI colours, or unchanged without colour. Colour never says what no word says.
    std::string paint(Hue hue, std::string_view text) const;
    /// Padded to `width` columns, then painted.
    std::string cell(Hue hue, std::string_view text, std::size_t width) const;
    /// "2 h 3 min", from a moment to now.
    std::string age(std::int64_t since_unix_us) const;
};

}  // namespace drover::control
