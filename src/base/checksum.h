// The Internet checksum (RFC 1071).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace drover {

/// Ones-complement sum of the bytes taken as big-endian 16-bit words (an odd last byte is padded with zero),
/// added to `start`: not yet complemented, so that pieces can be chained as long as all but the last have even length.
constexpr std::uint32_t checksum_add(std::span<std::uint8_t const> bytes, std::uint32_t start = 0) {
    std::uint64_t sum = start;
    for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) sum += std::uint32_t{bytes[i]} << 8 | bytes[i + 1];
    if (bytes.size() % 2 != 0) sum += std::uint32_t{bytes.back()} << 8;
    while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<std::uint32_t>(sum);
}

/// The value to put into the checksum field, in host byte order; over data with a right checksum it is 0.
constexpr std::uint16_t checksum(std::span<std::uint8_t const> bytes, std::uint32_t start = 0) {
    return static_cast<std::uint16_t>(~checksum_add(bytes, start));
}

}  // namespace drover
