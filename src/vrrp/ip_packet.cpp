#include "vrrp/ip_packet.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/checksum.h"
#include "vrrp/authentication_header.h"
#include "vrrp/octets.h"

namespace drover::vrrp {
namespace {

constexpr std::size_t v4_header = 20;
constexpr std::size_t v6_header = 40;
constexpr std::uint8_t internetwork_control = 0xc0;  // IP precedence 6, as RFC 1122's routing traffic

using Bytes = std::span<std::uint8_t const>;

std::unexpected<Refusal> refuse(Reason reason, std::string text) {
    return std::unexpected(Refusal{reason, std::move(text)});
}

std::unexpected<Refusal> refuse_length(std::size_t said, std::size_t received) {
    return refuse(Reason::length,
                  fmt::format("ip_tot_len mismatch against received length. {} and received {}", said, received));
}

std::vector<std::uint8_t> v4_packet(Address const& from, Address const& to, std::uint16_t id, std::uint8_t ttl,
                                    std::uint8_t protocol, Bytes payload) {
    std::vector<std::uint8_t> bytes(v4_header + payload.size());
    bytes[0] = 0x45;
    bytes[1] = internetwork_control;
    put16(&bytes[2], static_cast<std::uint16_t>(bytes.size()));
    put16(&bytes[4], id);
    bytes[8] = ttl;
    bytes[9] = protocol;
    put_address(&bytes[12], from);
    put_address(&bytes[16], to);
    put16(&bytes[10], checksum(std::span(bytes).first(v4_header)));
    std::ranges::copy(payload, bytes.begin() + v4_header);
    return bytes;
}

std::vector<std::uint8_t> v6_packet(Address const& from, Address const& to, std::uint8_t ttl, std::uint8_t protocol,
                                    Bytes payload) {
    std::vector<std::uint8_t> bytes(v6_header + payload.size());
    bytes[0] = 0x60 | internetwork_control >> 4;
    bytes[1] = static_cast<std::uint8_t>(internetwork_control << 4);
    put16(&bytes[4], static_cast<std::uint16_t>(payload.size()));
    bytes[6] = protocol;
    bytes[7] = ttl;
    put_address(&bytes[8], from);
    put_address(&bytes[24], to);
    std::ranges::copy(payload, bytes.begin() + v6_header);
    return bytes;
}

/// What stands behind an IPv4 header: the message, or an authentication header and the message.
std::expected<Packet, Refusal> open(Packet packet, std::uint8_t protocol, Bytes payload) {
    if (protocol == authentication_header_number) {
        if (payload.size() < authentication_header_size)
            return refuse(Reason::length, "shorter than its authentication header");
        if (payload[0] != protocol_number) return refuse(Reason::ip_header, "not VRRP");
        packet.authentication_header = payload.first(authentication_header_size);
        payload = payload.subspan(authentication_header_size);
    } else if (protocol != protocol_number) {
        return refuse(Reason::ip_header, "not VRRP");
    }
    packet.payload = payload;
    return packet;
}

std::expected<Packet, Refusal> read_v4(Bytes bytes) {
    auto const header = std::size_t{bytes[0] & 0x0fU} * 4;
    auto const total = get16(&bytes[2]);
    if (header < v4_header || total < header) return refuse(Reason::ip_header, "malformed IPv4 header");
    if (total > bytes.size()) return refuse_length(total, bytes.size());
    if (checksum(bytes.first(header)) != 0) return refuse(Reason::ip_header, "wrong IPv4 header checksum");
    constexpr std::uint16_t more_fragments_or_offset = 0x3fff;
    if ((get16(&bytes[6]) & more_fragments_or_offset) != 0) return refuse(Reason::ip_header, "a fragment");
    Packet packet{.from = get_address(&bytes[12], Family::v4),
                  .to = get_address(&bytes[16], Family::v4),
                  .ttl = bytes[8],
                  .payload = {},
                  .authentication_header = {},
                  .whole = bytes.first(total)};
    return open(packet, bytes[9], bytes.subspan(header, total - header));
}

std::expected<Packet, Refusal> read_v6(Bytes bytes) {
    if (bytes[6] != protocol_number) return refuse(Reason::ip_header, "not VRRP");
    auto const length = get16(&bytes[4]);
    if (v6_header + length > bytes.size()) return refuse_length(v6_header + length, bytes.size());
    Packet packet{.from = get_address(&bytes[8], Family::v6),
                  .to = get_address(&bytes[24], Family::v6),
                  .ttl = bytes[7],
                  .payload = {},
                  .authentication_header = {},
                  .whole = bytes.first(v6_header + length)};
    packet.payload = bytes.subspan(v6_header, length);
    return packet;
}

}  // namespace

std::vector<std::uint8_t> ip_packet(Address const& from, Address const& to, std::uint16_t id, std::uint8_t ttl,
                                    std::uint8_t protocol, std::span<std::uint8_t const> payload) {
    return to.is_v4() ? v4_packet(from, to, id, ttl, protocol, payload) : v6_packet(from, to, ttl, protocol, payload);
}

std::expected<Packet, Refusal> read_ip(std::span<std::uint8_t const> bytes) {
    int const version = bytes.empty() ? 0 : bytes[0] >> 4;
    if (version == 4 && bytes.size() >= v4_header) return read_v4(bytes);
    if (version == 6 && bytes.size() >= v6_header) return read_v6(bytes);
    return refuse(Reason::ip_header, "no IP header");
}

std::uint32_t pseudo_header_sum(Address const& from, Address const& to, std::uint8_t protocol, std::size_t size) {
    std::array<std::uint8_t, 40> header{};
    auto const address = octets(to.family());
    put_address(&header[0], from);
    put_address(&header[address], to);
    // IPv4 has the length in 16 bits behind the protocol, IPv6 in 32 before it: the sum is the same.
    put32(&header[2 * address], static_cast<std::uint32_t>(size));
    header[2 * address + 7] = protocol;
    return checksum_add(std::span(header).first(2 * address + 8));
}

}  // namespace drover::vrrp
