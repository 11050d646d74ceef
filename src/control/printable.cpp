#include "control/printable.h"

#include <cstdint>

namespace drover::control {

namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";

/// Bytes in the character that begins here; 0 when there is none (RFC 3629: no overlong forms, no surrogates).
std::size_t character_length(std::string_view text) {
    auto const byte = [text](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    auto const first = byte(0);
    if (first < 0x80) return 1;
    std::size_t const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((byte(i) & 0xc0) != 0x80) return 0;
    bool const overlong = (first == 0xe0 && byte(1) < 0xa0) || (first == 0xf0 && byte(1) < 0x90);
    bool const surrogate = first == 0xed && byte(1) >= 0xa0;
    bool const too_large = first == 0xf4 && byte(1) >= 0x90;
    return overlong || surrogate || too_large ? 0 : length;
}

/// C0 and C1 controls and DEL.
bool is_control(std::string_view character) {
    auto const first = static_cast<std::uint8_t>(character[0]);
    if (first == '\n' || first == '\t') return false;
    return first < 0x20 || first == 0x7f || (first == 0xc2 && static_cast<std::uint8_t>(character[1]) < 0xa0);
}

}  // namespace

std::string printable(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    while (!text.empty()) {
        auto const length = character_length(text);
        if (length == 0 || is_control(text.substr(0, length)))
            result += replacement;
        else
            result += text.substr(0, length);
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return result;
}

}  // namespace drover::control
