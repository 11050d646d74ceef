// The questions "who has this address?" as bytes: an ARP request (RFC 826) and a neighbour solicitation (RFC 4861 4.3).
#pragma once

#include <array>
#include <cstdint>

#include "base/address.h"
#include "base/mac.h"

namespace drover::dataplane {

using ArpRequest = std::array<std::uint8_t, 28>;
/// The ICMPv6 message, its checksum left 0.
using NeighbourSolicitation = std::array<std::uint8_t, 32>;

/// What follows the Ethernet header; both addresses are IPv4.
ArpRequest arp_request(Mac const& own, Address const& source, Address const& target);

NeighbourSolicitation neighbour_solicitation(Mac const& own, Address const& target);

/// The group that the owner of an IPv6 address listens to for such questions: ff02::1:ffxx:xxxx.
Address solicited_node(Address const& target);

}  // namespace drover::dataplane
