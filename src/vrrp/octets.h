// Numbers and addresses in network byte order.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/address.h"

namespace drover::vrrp {

inline void put16(std::uint8_t* place, std::uint16_t value) {
    place[0] = static_cast<std::uint8_t>(value >> 8);
    place[1] = static_cast<std::uint8_t>(value);
}
inline void put32(std::uint8_t* place, std::uint32_t value) {
    put16(place, static_cast<std::uint16_t>(value >> 16));
    put16(place + 2, static_cast<std::uint16_t>(value));
}
inline std::uint16_t get16(std::uint8_t const* place) { return static_cast<std::uint16_t>(place[0] << 8 | place[1]); }
inline std::uint32_t get32(std::uint8_t const* place) { return std::uint32_t{get16(place)} << 16 | get16(place + 2); }

/// Bytes of an address on the wire: 4 or 16.
constexpr std::size_t octets(Family family) { return family == Family::v4 ? 4 : 16; }

inline void put_address(std::uint8_t* place, Address const& address) {
    auto const size = octets(address.family());
    std::copy_n(address.bytes().end() - static_cast<std::ptrdiff_t>(size), size, place);
}
inline Address get_address(std::uint8_t const* place, Family family) {
    if (family == Family::v4) return Address::v4(get32(place));
    Address::Bytes bytes;
    std::copy_n(place, bytes.size(), bytes.begin());
    return Address(bytes);
}

}  // namespace drover::vrrp
