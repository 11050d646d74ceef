// VRRP adverts on the wire: version 2 (RFC 3768) with the PASS authentication of RFC 2338 or keepalived's AH, inside IPv4;
// version 3 (RFC 5798, RFC 9568) inside IPv4 and IPv6. Pure: bytes in, values out. Byte order ends here.
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <vector>

#include "base/address.h"
#include "base/time.h"
#include "model/instance.h"
#include "vrrp/ip_packet.h"
#include "vrrp/refusal.h"

namespace drover::vrrp {

struct Advert {
    std::uint8_t virtual_router_id = 0;
    std::uint8_t priority = 0;  ///< 0: the sender gives up being master
    Duration interval = 1s;     ///< version 2: whole seconds, 1..255; version 3: hundredths, 10 ms..40.95 s
    std::vector<Address> addresses;  ///< of one family; at most 255
    bool operator==(Advert const&) const = default;
};

/// What the checksum of a version 3 advert over IPv4 covers: RFC 5798 is read as "with the pseudo-header" by most,
/// keepalived among them; RFC 9568 and Cisco's routers leave it out. IPv6 always has it, version 2 never.
enum class Coverage { pseudo_header, message };

/// How a virtual router's adverts are written.
struct Dialect {
    int version = 2;
    model::Authentication authentication;  ///< version 2 only
    Coverage coverage = Coverage::pseudo_header;
};
Dialect dialect_of(model::Instance const& instance);
/// Those that its adverts list: of its own family, without the excluded ones.
std::vector<Address> addresses_of(model::Instance const& instance);

/// What an advert's packet is written with, besides the advert itself.
struct Envelope {
    Address from, to;
    std::uint8_t ttl = ttl_on_link;
    std::uint16_t id = 0;        ///< IPv4's identification
    std::uint32_t sequence = 0;  ///< of the authentication header, where there is one
};

/// The VRRP message alone.
std::vector<std::uint8_t> encode(Advert const& advert, Dialect const& dialect, Address const& from, Address const& to);
/// The whole IP packet.
std::vector<std::uint8_t> write(Advert const& advert, Dialect const& dialect, Envelope const& envelope);

/// What the receiving instance demands of an advert.
struct Expectation {
    std::uint8_t virtual_router_id = 0;
    Duration interval = 1s;
    model::Authentication authentication;
    Address group;
    int version = 2;
    std::vector<model::UnicastPeer> peers;  ///< not empty: adverts come by unicast, not to the group
    bool peers_alone = false;               ///< nobody else's adverts are believed
    std::uint32_t least_sequence = 0;       ///< of the authentication header, where there is one
};
Expectation expectation_of(model::Instance const& instance, std::uint32_t least_sequence = 0);

/// An advert that is believed.
struct Heard {
    Advert advert;
    Coverage coverage = Coverage::message;  ///< what its checksum was found to cover
    std::uint32_t sequence = 0;             ///< of its authentication header
};

/// The virtual router an advert is about, before anything is checked: to find the instance that shall judge it.
/// 0 when there is none (VRIDs start at 1).
std::uint8_t virtual_router_of(Packet const& packet);
/// Likewise: its priority; 0 when there is none.
std::uint8_t priority_of(Packet const& packet);
/// Likewise: the addresses of its family that it names, as far as they are there.
std::vector<Address> addresses_in(Packet const& packet);

/// In version 3 the interval is the sender's to choose (RFC 5798 5.2.7), in version 2 it must be the one configured here.
std::expected<Heard, Refusal> decode(Packet const& packet, Expectation const& expected);

}  // namespace drover::vrrp
