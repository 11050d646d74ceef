// The single steps by which a host becomes a DR real server, or ceases to be one.
#pragma once

#include <string>
#include <variant>

#include "base/prefix.h"

namespace drover::real {

/// On lo, with scope host, so that the host never picks a VIP as the source of a connection of its own.
struct AddAddress {
    Prefix prefix;
    std::string label;  ///< empty for IPv6, which has no labels
    bool operator==(AddAddress const&) const = default;
};
struct DeleteAddress {
    Prefix prefix;
    std::string label;
    bool operator==(DeleteAddress const&) const = default;
};
struct SetSysctl {
    std::string interface;
    std::string name;
    int value = 0;
    int former = 0;
    bool operator==(SetSysctl const&) const = default;
};
/// An address on a lo that is down is not served.
struct SetLoopback {
    bool up = true;
    bool operator==(SetLoopback const&) const = default;
};

using Change = std::variant<SetLoopback, SetSysctl, AddAddress, DeleteAddress>;

/// What takes it back.
Change opposite(Change const& change);

/// As a thing that was done: "172.51.97.175/32 put on lo (lo:0)", "net.ipv4.conf.all.arp_ignore set to 1 (was 0)".
std::string done_text(Change const& change);

/// "172.51.97.175/32 on lo (lo:0)".
std::string place_text(Prefix const& prefix, std::string const& label);

}  // namespace drover::real
