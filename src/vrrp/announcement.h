// What tells everybody on a link at which MAC an address is now.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/address.h"
#include "base/mac.h"

namespace drover::vrrp {

/// Gratuitous ARP (RFC 5227 3) as keepalived sends it: a request for `address` from `address`, target MAC all ones.
/// The ARP message alone, without an Ethernet header.
std::array<std::uint8_t, 28> gratuitous_arp(Mac const& mac, Address const& address);

/// ff02::1, where neighbour advertisements for everybody go.
Address all_nodes();

/// An unsolicited neighbour advertisement (RFC 4861 7.2.6) from `address` to all nodes, overriding what they know, with
/// its IPv6 header. `router`: the sender forwards, as RFC 4861 4.4 wants it told.
std::vector<std::uint8_t> neighbour_advertisement(Mac const& mac, Address const& address, bool router);

}  // namespace drover::vrrp
