// Bytes written as hexadecimal digits.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace drover::vrrp {

using Bytes = std::vector<std::uint8_t>;

/// Blanks are left out.
inline Bytes hex(std::string_view text) {
    Bytes bytes;
    std::string digits;
    for (char const c : text)
        if (c != ' ') digits += c;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
        bytes.push_back(static_cast<std::uint8_t>(std::stoi(digits.substr(i, 2), nullptr, 16)));
    return bytes;
}

}  // namespace drover::vrrp
