// An IP address of either family in one 16-byte form: IPv4 is held v4-mapped (::ffff:a.b.c.d, RFC 4291 2.5.5.2),
// as in bpf/contract.h, so that nothing above the codecs asks for the family unless it matters.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace drover {

enum class Family : std::uint8_t { v4, v6 };

class Address {
public:
    using Bytes = std::array<std::uint8_t, 16>;

    /// The unspecified IPv6 address, "::".
    constexpr Address() = default;
    constexpr explicit Address(Bytes const& bytes) : bytes_(bytes) {}

    /// From an IPv4 address in host byte order (0x7f000001 is 127.0.0.1).
    static constexpr Address v4(std::uint32_t host_order) {
        return Address(Bytes{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, static_cast<std::uint8_t>(host_order >> 24),
                             static_cast<std::uint8_t>(host_order >> 16), static_cast<std::uint8_t>(host_order >> 8),
                             static_cast<std::uint8_t>(host_order)});
    }

    /// Accepts dotted quads of exactly four decimal parts, and IPv6 text (RFC 4291 2.2); nothing around it.
    static std::optional<Address> parse(std::string_view text);

    constexpr Family family() const {
        for (std::size_t i = 0; i < 10; ++i)
            if (bytes_[i] != 0) return Family::v6;
        return bytes_[10] == 0xff && bytes_[11] == 0xff ? Family::v4 : Family::v6;
    }
    constexpr bool is_v4() const { return family() == Family::v4; }

    /// Host byte order; only meaningful when is_v4().
    constexpr std::uint32_t v4() const {
        return std::uint32_t{bytes_[12]} << 24 | std::uint32_t{bytes_[13]} << 16 | std::uint32_t{bytes_[14]} << 8 |
               bytes_[15];
    }
    constexpr Bytes const& bytes() const { return bytes_; }
    constexpr bool is_unspecified() const { return bytes_ == Bytes{} || (is_v4() && v4() == 0); }
    bool is_multicast() const;

    /// "10.0.0.1" or RFC 5952 text such as "2001:db8::1".
    std::string text() const;

    constexpr auto operator<=>(Address const&) const = default;

private:
    Bytes bytes_{};
};

}  // namespace drover

template <>
struct std::hash<drover::Address> {
    std::size_t operator()(drover::Address const& address) const noexcept {
        auto const& b = address.bytes();
        return std::hash<std::string_view>{}(std::string_view(reinterpret_cast<char const*>(b.data()), b.size()));
    }
};
