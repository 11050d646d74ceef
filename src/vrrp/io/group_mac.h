// The Ethernet address that frames to an IPv4 multicast group go to.
#pragma once

#include "base/address.h"
#include "base/mac.h"

namespace drover::vrrp {

/// RFC 1112 6.4: 01:00:5e and the low 23 bits of the group.
inline Mac group_mac(Address const& group) {
    auto const bits = group.v4();
    return {{0x01, 0x00, 0x5e, static_cast<std::uint8_t>(bits >> 16 & 0x7f), static_cast<std::uint8_t>(bits >> 8),
             static_cast<std::uint8_t>(bits)}};
}

}  // namespace drover::vrrp
