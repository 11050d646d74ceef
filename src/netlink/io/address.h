// IP addresses on interfaces.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/prefix.h"
#include "base/result.h"
#include "netlink/io/socket.h"

namespace drover::netlink {

/// The kernel's address and route scopes (RT_SCOPE_*).
enum class Scope : std::uint8_t { global = 0, site = 200, link = 253, host = 254, nowhere = 255 };

/// "global", "site", "link", "host", "nowhere" or a number, as ip(8) takes them.
std::optional<Scope> parse_scope(std::string_view text);

struct InterfaceAddress {
    int ifindex = 0;
    Prefix prefix;                     ///< the address itself with the length of its network
    std::optional<Address> broadcast;  ///< IPv4 only; nothing is set unless it is given
    std::string label;                 ///< IPv4 only, at most 15 bytes; empty: the interface's name when adding
    Scope scope = Scope::global;
    bool secondary = false;        ///< IPv4: another address of the same network came first; read only
    bool no_prefix_route = false;  ///< IFA_F_NOPREFIXROUTE: the kernel makes no route for the network
    bool deprecated = false;       ///< preferred lifetime 0: hosts do not choose it as a source
    bool no_dad = false;           ///< IPv6: usable at once, without duplicate address detection
    bool operator==(InterfaceAddress const&) const = default;
};

/// The network's last address, keepalived's `brd +`; none for IPv6 and for prefixes longer than 30 bits.
std::optional<Address> computed_broadcast(Prefix const& prefix);

Result<std::vector<InterfaceAddress>> addresses(Socket& socket);

// `device` is the interface's name as it shall stand in an error's sentence.

/// Outcome::unchanged when the interface has this address with this length already, whatever its label and broadcast.
Result<Outcome> add_address(Socket& socket, InterfaceAddress const& address, std::string_view device);
/// Adds it, or gives the one that is there the lifetime and flags of this one (its label and broadcast stay).
Result<void> replace_address(Socket& socket, InterfaceAddress const& address, std::string_view device);
/// Outcome::unchanged when it was not there. A label that is not empty must match too. Deleting an IPv4 address that is
/// not secondary takes the secondary ones of its network along, unless the sysctl promote_secondaries is on.
Result<Outcome> delete_address(Socket& socket, InterfaceAddress const& address, std::string_view device);

}  // namespace drover::netlink
