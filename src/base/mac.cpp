#include "base/mac.h"

#include <charconv>

#include <fmt/format.h>

namespace drover {

std::optional<Mac> Mac::parse(std::string_view text) {
    if (text.size() != 17) return std::nullopt;
    Mac mac;
    for (std::size_t i = 0; i < 6; ++i) {
        auto const* pair = text.data() + i * 3;
        auto const [end, error] = std::from_chars(pair, pair + 2, mac.bytes[i], 16);
        if (error != std::errc{} || end != pair + 2) return std::nullopt;
        if (i < 5 && pair[2] != ':') return std::nullopt;
    }
    return mac;
}

std::string Mac::text() const { return fmt::format("{:02x}", fmt::join(bytes, ":")); }

}  // namespace drover
