// `auth_type AH`: IPsec's authentication header (RFC 2402) with HMAC-MD5-96 (RFC 2403), as keepalived writes it in
// front of version 2 adverts over IPv4. It departs from the RFC: the TTL is covered unless the advert goes by unicast,
// and the SPI is the sender's address.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <map>
#include <span>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "vrrp/ip_packet.h"
#include "vrrp/refusal.h"

namespace drover::vrrp {

constexpr std::size_t authentication_header_size = 24;

/// `message` behind an IPv4 header and the authentication header over both. `key` is auth_pass.
std::vector<std::uint8_t> authenticated_packet(Address const& from, Address const& to, std::uint16_t id,
                                               std::uint8_t ttl, std::string_view key, std::uint32_t sequence,
                                               std::span<std::uint8_t const> message);

/// The sequence number of a packet that has an authentication header; what comes first of SPI, sequence number (which
/// must not be below `least`) and integrity is the refusal.
std::expected<std::uint32_t, Refusal> check_authentication(Packet const& packet, std::string_view key,
                                                           std::uint32_t least);

/// The sequence numbers of one virtual router. keepalived has one counter for what it sends and hears, so ours must be
/// ahead of everything heard, and, since peers remember us over a restart, of everything an earlier daemon sent.
class Sequences {
public:
    /// `start`: seconds since 1970. One number goes with each advert, and there is at most one a second.
    explicit Sequences(std::uint32_t start) : last_(start) {}

    std::uint32_t least(Address const& sender) const;
    void heard(Address const& sender, std::uint32_t sequence);
    std::uint32_t next() { return ++last_; }

private:
    std::uint32_t last_;
    std::map<Address, std::uint32_t> heard_;  ///< of senders that know the key
};

}  // namespace drover::vrrp
