// An address with a prefix length, as on an interface ("172.51.97.175/24") or as a route's destination.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/address.h"

namespace drover {

struct Prefix {
    Address address;
    std::uint8_t length = 128;  ///< 0..32 for IPv4, 0..128 for IPv6

    /// "A" (host prefix: /32 or /128) or "A/LEN".
    static std::optional<Prefix> parse(std::string_view text);
    static Prefix host(Address const& address) { return {address, address.is_v4() ? std::uint8_t{32} : std::uint8_t{128}}; }

    /// The same prefix with the bits right of `length` cleared.
    Prefix network() const;
    bool has_host_bits() const { return network().address != address; }
    bool contains(Address const& other) const;

    /// Always with the length: "10.0.0.0/8".
    std::string text() const;

    auto operator<=>(Prefix const&) const = default;
};

}  // namespace drover
