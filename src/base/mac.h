// An Ethernet (IEEE 802) hardware address.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace drover {

struct Mac {
    std::array<std::uint8_t, 6> bytes{};

    /// Six hexadecimal pairs with colons.
    static std::optional<Mac> parse(std::string_view text);
    std::string text() const;
    bool is_zero() const { return bytes == std::array<std::uint8_t, 6>{}; }
    /// Group bit set: broadcast or multicast.
    bool is_group() const { return (bytes[0] & 1) != 0; }
    auto operator<=>(Mac const&) const = default;
};

}  // namespace drover
