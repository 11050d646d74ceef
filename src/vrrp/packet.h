// VRRP adverts on the wire: version 2 (RFC 3768) with the PASS authentication of RFC 2338, inside IPv4. Pure: bytes in,
// values out. Byte order ends here.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/mac.h"
#include "base/time.h"
#include "model/instance.h"

namespace drover::vrrp {

/// IP protocol number (IANA).
constexpr std::uint8_t protocol_number = 112;

struct Advert {
    std::uint8_t virtual_router_id = 0;
    std::uint8_t priority = 0;  ///< 0: the sender gives up being master
    Duration interval = 1s;     ///< version 2: whole seconds, 1..255
    std::vector<Address> addresses;  ///< IPv4; at most 255
    bool operator==(Advert const&) const = default;
};

/// Why an advert is not believed.
enum class Reason {
    length,          ///< shorter or longer than its headers say
    ip_header,       ///< no sound IPv4 header: wrong checksum, a fragment, another protocol
    destination,     ///< not sent to the group
    ttl,             ///< not 255: it crossed a router
    version,         ///< not version 2
    type,            ///< not an advertisement
    checksum,
    virtual_router,  ///< another virtual router's
    auth_type,
    password,
    interval,        ///< RFC 3768 7.1: must be the one configured here
};
constexpr std::size_t reason_count = 11;

/// "length", "TTL", ...: for counters.
std::string_view name(Reason reason);

struct Refusal {
    Reason reason;
    std::string text;  ///< keepalived's words where it has some: "received an invalid passwd!"
};

/// An IPv4 packet taken apart; `payload` points into the bytes that were given.
struct Packet {
    Address from;
    Address to;
    std::uint8_t ttl = 0;
    std::span<std::uint8_t const> payload;
};

/// What the receiving instance demands of an advert.
struct Expectation {
    std::uint8_t virtual_router_id = 0;
    Duration interval = 1s;
    model::Authentication authentication;
    Address group;
};
Expectation expectation_of(model::Instance const& instance);

/// The VRRP message alone. The interval is rounded to whole seconds, at least 1.
std::vector<std::uint8_t> encode(Advert const& advert, model::Authentication const& authentication);

/// `payload` behind an IPv4 header as every VRRP implementation sends it: TTL 255, TOS 0xc0, not fragmented.
std::vector<std::uint8_t> ipv4_packet(Address const& from, Address const& to, std::uint16_t id,
                                      std::span<std::uint8_t const> payload);

/// Bytes behind the IP length (Ethernet padding) are cut off.
std::expected<Packet, Refusal> read_ipv4(std::span<std::uint8_t const> bytes);

/// The virtual router an advert is about, before anything is checked: to find the instance that shall judge it.
/// 0 when there is none (VRIDs start at 1).
std::uint8_t virtual_router_of(Packet const& packet);

std::expected<Advert, Refusal> decode(Packet const& packet, Expectation const& expected);

/// Gratuitous ARP (RFC 5227 3) as keepalived sends it: a request for `address` from `address`, target MAC all ones.
/// The ARP message alone, without an Ethernet header.
std::array<std::uint8_t, 28> gratuitous_arp(Mac const& mac, Address const& address);

}  // namespace drover::vrrp
