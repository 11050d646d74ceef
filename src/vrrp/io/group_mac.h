// The Ethernet address that frames to an IP multicast group go to.
#pragma once

#include "base/address.h"
#include "base/mac.h"

namespace drover::vrrp {

/// IPv4: 01:00:5e and the low 23 bits of the group (RFC 1112 6.4). IPv6: 33:33 and the low 32 (RFC 2464 7).
inline Mac group_mac(Address const& group) {
    auto const& bytes = group.bytes();
    if (group.is_v4())
        return {{0x01, 0x00, 0x5e, static_cast<std::uint8_t>(bytes[13] & 0x7f), bytes[14], bytes[15]}};
    return {{0x33, 0x33, bytes[12], bytes[13], bytes[14], bytes[15]}};
}

}  // namespace drover::vrrp
