#include "control/ipvsadm_values.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>

namespace drover::control::ipvsadm {

namespace {

/// As strtol reads all of `text`; nothing beyond 64 bits.
std::optional<std::int64_t> whole_number(std::string const& text) {
    errno = 0;
    char* end = nullptr;
    auto const value = std::strtol(text.c_str(), &end, 10);
    if (end == text.c_str() || *end != '\0' || errno == ERANGE) return std::nullopt;
    return value;
}

/// "10.1", "0x0a000001", "10.0.0.1 and more": everything that the C library takes for an IPv4 address.
std::optional<Address> classful(std::string const& text) {
    in_addr address{};
    if (::inet_aton(text.c_str(), &address) == 0) return std::nullopt;
    return Address::v4(ntohl(address.s_addr));
}

std::optional<Address> v4_or_name(std::string_view host, Names const& names) {
    if (auto const address = classful(std::string(host))) return address;
    return names.address_of(host);
}

std::optional<Address> v6(std::string_view text) {
    if (text.find(':') == std::string_view::npos) return std::nullopt;
    return Address::parse(text);
}

std::optional<std::uint16_t> port(std::string_view text, std::optional<Protocol> protocol, Names const& names) {
    if (auto const value = number(text, 0, 65535)) return static_cast<std::uint16_t>(*value);
    return protocol ? names.port_of(text, *protocol) : std::nullopt;
}

std::optional<Place> place_at(Address address, std::optional<std::string_view> port_text,
                              std::optional<Protocol> protocol, Names const& names) {
    if (!port_text) return Place{address, std::nullopt};
    auto const found = port(*port_text, protocol, names);
    if (!found) return std::nullopt;
    return Place{address, *found};
}

/// What stands between [ and ]: IPv6, and an IPv4 address too, whose port is then not looked at.
std::optional<Place> bracketed(std::string_view text, std::optional<Protocol> protocol, Names const& names) {
    auto const end = text.find(']');
    if (end == std::string_view::npos || !text.substr(end + 1).starts_with(':')) return std::nullopt;
    auto host = text.substr(0, end);
    if (auto const address = v6(host)) return place_at(*address, text.substr(end + 2), protocol, names);
    auto const colon = host.rfind(':');
    auto const address = v4_or_name(host.substr(0, colon), names);
    if (!address) return std::nullopt;
    return place_at(*address, colon == host.npos ? std::nullopt : std::optional(host.substr(colon + 1)), protocol,
                    names);
}

}  // namespace

std::optional<std::int64_t> number(std::string_view text, std::int64_t lowest, std::int64_t highest) {
    auto const value = whole_number(std::string(text));
    return value && *value >= lowest && *value <= highest ? value : std::nullopt;
}

std::optional<std::uint32_t> firewall_mark(std::string_view text) {
    auto const value = number(text, 1, 0xffffffff);
    if (!value) return std::nullopt;
    return static_cast<std::uint32_t>(*value);
}

std::optional<Place> place(std::string_view text, std::optional<Protocol> protocol, Names const& names) {
    // A string of digits is a mistake, not an address in one number.
    if (text.find_first_not_of("0123456789") == std::string_view::npos) return std::nullopt;
    if (text.starts_with('[')) return bracketed(text.substr(1), protocol, names);
    if (auto const address = v6(text)) return Place{*address, std::nullopt};
    auto const colon = text.rfind(':');
    auto const address = v4_or_name(text.substr(0, colon), names);
    if (!address) return std::nullopt;
    return place_at(*address, colon == text.npos ? std::nullopt : std::optional(text.substr(colon + 1)), protocol,
                    names);
}

std::optional<Endpoint> parse_endpoint(std::string_view text, Protocol protocol, Names const& names) {
    auto const found = place(text, protocol, names);
    if (!found) return std::nullopt;
    return Endpoint{found->address, found->port.value_or(0)};
}

std::optional<std::uint32_t> mask(std::string_view text, Names const& names) {
    auto const address = v4_or_name(text, names);
    if (!address) return std::nullopt;
    return address->v4();
}

std::optional<std::uint32_t> prefix_length(std::string_view text) {
    auto const value = std::strtol(std::string(text).c_str(), nullptr, 10);
    if (value < 1 || value > 128) return std::nullopt;
    return static_cast<std::uint32_t>(value);
}

std::expected<model::SchedulerFlags, std::string> scheduler_flags(std::string_view text, std::string_view scheduler) {
    struct Row {
        std::string_view word, scheduler;  // no scheduler: goes with all
        bool model::SchedulerFlags::*flag;
    };
    using Flags = model::SchedulerFlags;
    static constexpr std::array rows{
        Row{"flag-1", "", &Flags::fallback}, Row{"flag-2", "", &Flags::port},
        Row{"flag-3", "", &Flags::third},    Row{"sh-fallback", "sh", &Flags::fallback},
        Row{"sh-port", "sh", &Flags::port},  Row{"mh-fallback", "mh", &Flags::fallback},
        Row{"mh-port", "mh", &Flags::port},
    };
    Flags flags;
    while (!text.empty()) {
        auto const word = text.substr(0, text.find(','));
        text.remove_prefix(std::min(word.size() + 1, text.size()));
        if (word.empty()) continue;
        auto const row = std::ranges::find(rows, word, &Row::word);
        if (row == rows.end()) return std::unexpected(fmt::format("invalid scheduler flag `{}'", word));
        if (!row->scheduler.empty() && row->scheduler != scheduler)
            return std::unexpected(fmt::format("incompatible scheduler flag `{}'", word));
        flags.*row->flag = true;
    }
    return flags;
}

std::optional<model::Tunnel::Type> tunnel_type(std::string_view text) {
    if (text == "ipip") return model::Tunnel::Type::ipip;
    if (text == "gue") return model::Tunnel::Type::gue;
    if (text == "gre") return model::Tunnel::Type::gre;
    return std::nullopt;
}

std::expected<Address, std::string> multicast_group(std::string_view text) {
    auto const address = Address::parse(text);
    if (address && address->is_multicast()) return *address;
    auto const family = text.find(':') == std::string_view::npos ? "IPv4" : "IPv6";
    return std::unexpected(fmt::format("invalid {} mcast-group `{}'", family, text));
}

}  // namespace drover::control::ipvsadm
