// The IP packet around an advert, of either family, as every VRRP implementation sends it.
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <vector>

#include "base/address.h"
#include "vrrp/refusal.h"

namespace drover::vrrp {

// IP protocol numbers (IANA).
constexpr std::uint8_t protocol_number = 112;
constexpr std::uint8_t authentication_header_number = 51;

/// RFC 3768 5.2.3: what crossed a router has less.
constexpr std::uint8_t ttl_on_link = 255;

/// An IP packet taken apart; the spans point into the bytes that were given.
struct Packet {
    Address from;
    Address to;
    std::uint8_t ttl = 0;                                 ///< or hop limit
    std::span<std::uint8_t const> payload;                ///< the VRRP message
    std::span<std::uint8_t const> authentication_header;  ///< in front of it; empty when there is none
    std::span<std::uint8_t const> whole;                  ///< from the IP header on, without padding
};

/// `payload` behind an IP header: TOS 0xc0, not fragmented, the header's checksum (IPv4) right. `id` is IPv4's.
std::vector<std::uint8_t> ip_packet(Address const& from, Address const& to, std::uint16_t id, std::uint8_t ttl,
                                    std::uint8_t protocol, std::span<std::uint8_t const> payload);

/// Bytes behind the IP length (Ethernet padding) are cut off.
std::expected<Packet, Refusal> read_ip(std::span<std::uint8_t const> bytes);

/// The sum over the pseudo-header in front of a message of `size` bytes (RFC 9293 3.1, RFC 8200 8.1), to start the
/// message's own checksum with.
std::uint32_t pseudo_header_sum(Address const& from, Address const& to, std::uint8_t protocol, std::size_t size);

}  // namespace drover::vrrp
