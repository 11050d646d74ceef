#include "vrrp/authentication_header.h"

#include <fmt/core.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>

#include "base/checksum.h"
#include "vrrp/octets.h"

namespace drover::vrrp {
namespace {

// Next header, length in words less two, reserved, SPI, sequence number, integrity check value.
constexpr std::size_t spi_at = 4;
constexpr std::size_t sequence_at = 8;
constexpr std::size_t icv_at = 12;
constexpr std::size_t icv_size = 12;
constexpr std::uint8_t length_word = authentication_header_size / 4 - 2;

using Icv = std::array<std::uint8_t, icv_size>;

/// Over the whole packet with what routers change (TOS, flags and fragment offset, checksum, by unicast TTL) and the
/// value itself zero.
Icv integrity(std::vector<std::uint8_t> packet, std::string_view key) {
    auto const header = std::size_t{packet[0] & 0x0fU} * 4;
    packet[1] = 0;
    put16(&packet[6], 0);
    put16(&packet[10], 0);
    if (!get_address(&packet[16], Family::v4).is_multicast()) packet[8] = 0;
    std::fill_n(&packet[header + icv_at], icv_size, std::uint8_t{0});
    std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    ::HMAC(::EVP_md5(), key.data(), static_cast<int>(key.size()), packet.data(), packet.size(), digest.data(), &size);
    Icv icv;
    std::copy_n(digest.begin(), icv_size, icv.begin());
    return icv;
}

}  // namespace

std::vector<std::uint8_t> authenticated_packet(Address const& from, Address const& to, std::uint16_t id,
                                               std::uint8_t ttl, std::string_view key, std::uint32_t sequence,
                                               std::span<std::uint8_t const> message) {
    std::vector<std::uint8_t> payload(authentication_header_size);
    payload[0] = protocol_number;
    payload[1] = length_word;
    put_address(&payload[spi_at], from);
    put32(&payload[sequence_at], sequence);
    payload.insert(payload.end(), message.begin(), message.end());
    auto packet = ip_packet(from, to, id, ttl, authentication_header_number, payload);
    auto const icv = integrity(packet, key);
    std::ranges::copy(icv, packet.end() - static_cast<std::ptrdiff_t>(payload.size() - icv_at));
    return packet;
}

std::expected<std::uint32_t, Refusal> check_authentication(Packet const& packet, std::string_view key,
                                                           std::uint32_t least) {
    auto const header = packet.authentication_header;
    std::array<std::uint8_t, 4> sender{};
    put_address(sender.data(), packet.from);
    auto const spi = get32(&header[spi_at]);
    if (spi != get32(sender.data()))
        return std::unexpected(
            Refusal{Reason::integrity, fmt::format("IPSEC AH : invalid IPSEC SPI value. 0x{:08x} and expect 0x{:08x}",
                                                   spi, get32(sender.data()))});
    auto const sequence = get32(&header[sequence_at]);
    if (sequence < least)
        return std::unexpected(Refusal{
            Reason::replay, fmt::format("IPSEC-AH : sequence number {} already processed. Packet dropped. Local({})",
                                        sequence, least)});
    auto const icv = integrity({packet.whole.begin(), packet.whole.end()}, key);
    if (!std::ranges::equal(icv, header.subspan(icv_at, icv_size)))
        return std::unexpected(Refusal{
            Reason::integrity, "IPSEC-AH : invalid IPSEC HMAC-MD5 value. Due to fields mutation or bad password !"});
    return sequence;
}

std::uint32_t Sequences::least(Address const& sender) const {
    auto const found = heard_.find(sender);
    return found == heard_.end() ? 0 : found->second;
}

void Sequences::heard(Address const& sender, std::uint32_t sequence) {
    heard_[sender] = sequence;
    last_ = std::max(last_, sequence);
}

}  // namespace drover::vrrp
