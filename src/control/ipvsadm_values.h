// The values behind ipvsadm's options, read as ipvsadm reads them: numbers as the C library does (+80, 0080), addresses
// in the classful short forms (10.1), names of hosts for IPv4 alone, names of ports for the protocol named before.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "base/endpoint.h"
#include "control/names.h"
#include "model/edit.h"

namespace drover::control::ipvsadm {

/// Decimal, all of `text`, blanks before it allowed; nothing outside lowest..highest.
std::optional<std::int64_t> number(std::string_view text, std::int64_t lowest, std::int64_t highest);

/// 1..4294967295.
std::optional<std::uint32_t> firewall_mark(std::string_view text);

struct Place {
    Address address;
    std::optional<std::uint16_t> port;  ///< none: not said
};

/// HOST[:PORT]: IPv4, a host name, [IPv6]:PORT, or a bare IPv6 address. Without a protocol no port has a name.
std::optional<Place> place(std::string_view text, std::optional<Protocol> protocol, Names const& names);

/// The same with port 0 where none is said.
std::optional<Endpoint> parse_endpoint(std::string_view text, Protocol protocol, Names const& names);

/// -M of IPv4: a mask, or the name of a host.
std::optional<std::uint32_t> mask(std::string_view text, Names const& names);

/// -M of IPv6, 1..128; what stands behind the digits is not looked at.
std::optional<std::uint32_t> prefix_length(std::string_view text);

/// -b, the words between commas; an error is ipvsadm's sentence about the first that is wrong.
std::expected<model::SchedulerFlags, std::string> scheduler_flags(std::string_view text, std::string_view scheduler);

std::optional<model::Tunnel::Type> tunnel_type(std::string_view text);

/// --mcast-group; an error is ipvsadm's sentence.
std::expected<Address, std::string> multicast_group(std::string_view text);

}  // namespace drover::control::ipvsadm
