#include "base/prefix.h"

#include <charconv>

namespace drover {

namespace {

/// Position of the first of the prefix's own bits inside the 16 bytes: v4-mapped addresses start at bit 96.
int first_bit(Address const& address) { return address.is_v4() ? 96 : 0; }

}  // namespace

std::optional<Prefix> Prefix::parse(std::string_view text) {
    auto const slash = text.find('/');
    auto const address = Address::parse(text.substr(0, slash));
    if (!address) return std::nullopt;
    Prefix prefix = host(*address);
    if (slash == std::string_view::npos) return prefix;
    auto const digits = text.substr(slash + 1);
    unsigned length = 0;
    auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
    if (error != std::errc{} || end != digits.data() + digits.size() || length > prefix.length) return std::nullopt;
    prefix.length = static_cast<std::uint8_t>(length);
    return prefix;
}

Prefix Prefix::network() const {
    auto bytes = address.bytes();
    for (int bit = first_bit(address) + length; bit < 128; ++bit)
        bytes[static_cast<std::size_t>(bit / 8)] &= static_cast<std::uint8_t>(~(0x80u >> (bit % 8)));
    return {Address(bytes), length};
}

bool Prefix::contains(Address const& other) const {
    return other.family() == address.family() && Prefix{other, length}.network().address == network().address;
}

std::string Prefix::text() const { return address.text() + "/" + std::to_string(length); }

}  // namespace drover
