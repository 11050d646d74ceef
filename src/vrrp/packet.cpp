#include "vrrp/packet.h"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/core.h>

#include "base/checksum.h"
#include "vrrp/authentication_header.h"
#include "vrrp/octets.h"

namespace drover::vrrp {
namespace {

// Both versions begin with version and type, VRID, priority, address count, two bytes of their own, checksum; the
// addresses follow. The two bytes are authentication type and seconds in version 2 (RFC 3768 5.1), which ends with eight
// bytes of authentication data, and four reserved bits and hundredths of a second in version 3 (RFC 5798 5.1).
constexpr std::size_t header_size = 8;
constexpr std::size_t checksum_at = 6;
constexpr std::size_t auth_size = 8;
constexpr std::uint8_t advertisement = 1;
constexpr std::uint16_t interval_bits = 0x0fff;
constexpr auto hundredth = 10ms;

using model::Authentication;
using Bytes = std::span<std::uint8_t const>;

constexpr std::uint8_t last_auth_type = 2;  // RFC 2338 5.3.6: none, password, IP authentication header

std::uint8_t auth_type(Authentication const& authentication) {
    switch (authentication.type) {
        case Authentication::Type::none: return 0;
        case Authentication::Type::pass: return 1;
        case Authentication::Type::ah: return 2;
    }
    return 0;
}

std::array<std::uint8_t, auth_size> auth_data(Authentication const& authentication) {
    std::array<std::uint8_t, auth_size> data{};
    if (authentication.type == Authentication::Type::pass)
        std::copy_n(authentication.password.begin(), std::min(auth_size, authentication.password.size()), data.begin());
    return data;
}

std::uint8_t whole_seconds(Duration interval) {
    return static_cast<std::uint8_t>(std::clamp<std::int64_t>((interval + 500ms) / 1s, 1, 255));
}

std::uint16_t hundredths(Duration interval) {
    return static_cast<std::uint16_t>(
        std::clamp<std::int64_t>((interval + hundredth / 2) / hundredth, 1, interval_bits));
}

std::unexpected<Refusal> refuse(Reason reason, std::string text) {
    return std::unexpected(Refusal{reason, std::move(text)});
}

using Judgement = std::optional<Refusal>;

/// Where it came from and by which way.
Judgement judge_way(Packet const& packet, Expectation const& expected) {
    if (expected.peers.empty()) {
        if (packet.to != expected.group)
            return Refusal{Reason::destination,
                           fmt::format("sent to {} instead of {}", packet.to.text(), expected.group.text())};
        if (packet.ttl != ttl_on_link)
            return Refusal{Reason::ttl,
                           fmt::format("invalid TTL/HL. Received {} and expect {}", packet.ttl, ttl_on_link)};
        return std::nullopt;
    }
    if (packet.to.is_multicast())
        return Refusal{Reason::destination, fmt::format("sent to {}, but unicast peers are configured", packet.to.text())};
    auto const peer = std::ranges::find(expected.peers, packet.from, &model::UnicastPeer::address);
    if (peer == expected.peers.end()) {
        if (!expected.peers_alone) return std::nullopt;
        return Refusal{Reason::source,
                       fmt::format("unicast source address {} not a unicast peer", packet.from.text())};
    }
    if (packet.ttl < peer->least_ttl || packet.ttl > peer->most_ttl)
        return Refusal{Reason::ttl, fmt::format("TTL/HL {} from unicast peer {} is not in {}..{}", packet.ttl,
                                                packet.from.text(), peer->least_ttl, peer->most_ttl)};
    return std::nullopt;
}

Judgement judge_size(Bytes message, std::size_t expected) {
    if (message.size() == expected) return std::nullopt;
    return Refusal{Reason::length, fmt::format("vrrp packet too {}, length {} and expect {}",
                                               message.size() < expected ? "short" : "long", message.size(), expected)};
}

/// Version, type and length: whether the rest can be read at all.
Judgement judge_form(Packet const& packet, Expectation const& expected) {
    auto const message = packet.payload;
    if (message.size() < header_size)
        return Refusal{Reason::length,
                       fmt::format("vrrp packet too short, length {} and expect {}", message.size(), header_size)};
    if (auto refusal = judge_way(packet, expected)) return refusal;
    int const version = message[0] >> 4;
    int const type = message[0] & 0x0f;
    if (version != expected.version)
        return Refusal{Reason::version,
                       fmt::format("wrong version. Received {} and expect {}", version, expected.version)};
    if (type != advertisement)
        return Refusal{Reason::type, fmt::format("Invalid packet type. {} and expect {}", type, advertisement)};
    auto const addresses = std::size_t{message[3]} * octets(packet.to.family());
    return judge_size(message, header_size + addresses + (version == 2 ? auth_size : 0));
}

/// What the checksum covers; nothing when it is wrong.
std::optional<Coverage> covered(Packet const& packet, int version) {
    auto const message = packet.payload;
    bool const bare = version == 2 || packet.to.is_v4();
    if (version != 2) {
        auto const pseudo = pseudo_header_sum(packet.from, packet.to, protocol_number, message.size());
        if (checksum(message, pseudo) == 0) return Coverage::pseudo_header;
    }
    if (bare && checksum(message) == 0) return Coverage::message;
    return std::nullopt;
}

/// Version 2's; the sequence number is 0 where there is no authentication header.
std::expected<std::uint32_t, Refusal> judge_authentication(Packet const& packet, Expectation const& expected) {
    auto const message = packet.payload;
    auto const& ours = expected.authentication;
    if (message[4] > last_auth_type)
        return refuse(Reason::auth_type, fmt::format("Invalid auth type: {}", message[4]));
    if (message[4] != auth_type(ours))
        return refuse(Reason::auth_type,
                      fmt::format("received a {} auth, expecting {}!", message[4], auth_type(ours)));
    if (ours.type == Authentication::Type::pass && !std::ranges::equal(message.last(auth_size), auth_data(ours)))
        return refuse(Reason::password, "received an invalid passwd!");
    if (ours.type != Authentication::Type::ah) return 0;
    if (packet.authentication_header.empty())
        return refuse(Reason::auth_type, "received no IPSEC AH header, expecting one!");
    return check_authentication(packet, ours.password, expected.least_sequence);
}

Advert read_advert(Packet const& packet, int version) {
    auto const message = packet.payload;
    Advert advert{message[1], message[2], std::chrono::seconds(message[5]), {}};
    if (version == 3) advert.interval = hundredth * (get16(&message[4]) & interval_bits);
    auto const family = packet.to.family();
    for (std::size_t i = 0; i < message[3]; ++i)
        advert.addresses.push_back(get_address(&message[header_size + octets(family) * i], family));
    return advert;
}

}  // namespace

Dialect dialect_of(model::Instance const& instance) {
    return {instance.version, instance.authentication,
            instance.checksum_as_v2 ? Coverage::message : Coverage::pseudo_header};
}

std::vector<Address> addresses_of(model::Instance const& instance) {
    std::vector<Address> addresses;
    for (auto const& address : instance.addresses)
        if (address.prefix.address.family() == instance.family) addresses.push_back(address.prefix.address);
    return addresses;
}

Expectation expectation_of(model::Instance const& instance, std::uint32_t least_sequence) {
    return {instance.virtual_router_id, instance.advert_interval, instance.authentication,
            instance.multicast_group,   instance.version,         instance.unicast_peers,
            instance.check_unicast_source, least_sequence};
}

std::vector<std::uint8_t> encode(Advert const& advert, Dialect const& dialect, Address const& from, Address const& to) {
    auto const each = octets(to.family());
    auto const end = header_size + advert.addresses.size() * each;
    std::vector<std::uint8_t> bytes(end + (dialect.version == 2 ? auth_size : 0));
    bytes[0] = static_cast<std::uint8_t>(dialect.version << 4 | advertisement);
    bytes[1] = advert.virtual_router_id;
    bytes[2] = advert.priority;
    bytes[3] = static_cast<std::uint8_t>(advert.addresses.size());
    for (std::size_t i = 0; i < advert.addresses.size(); ++i)
        put_address(&bytes[header_size + each * i], advert.addresses[i]);
    std::uint32_t sum = 0;
    if (dialect.version == 2) {
        bytes[4] = auth_type(dialect.authentication);
        bytes[5] = whole_seconds(advert.interval);
        std::ranges::copy(auth_data(dialect.authentication), bytes.begin() + static_cast<std::ptrdiff_t>(end));
    } else {
        put16(&bytes[4], hundredths(advert.interval));
        if (!to.is_v4() || dialect.coverage == Coverage::pseudo_header)
            sum = pseudo_header_sum(from, to, protocol_number, bytes.size());
    }
    put16(&bytes[checksum_at], checksum(bytes, sum));
    return bytes;
}

std::vector<std::uint8_t> write(Advert const& advert, Dialect const& dialect, Envelope const& envelope) {
    auto const& [from, to, ttl, id, sequence] = envelope;
    auto const message = encode(advert, dialect, from, to);
    if (dialect.authentication.type == Authentication::Type::ah)
        return authenticated_packet(from, to, id, ttl, dialect.authentication.password, sequence, message);
    return ip_packet(from, to, id, ttl, protocol_number, message);
}

std::uint8_t virtual_router_of(Packet const& packet) {
    return packet.payload.size() < header_size ? std::uint8_t{0} : packet.payload[1];
}

std::uint8_t priority_of(Packet const& packet) {
    return packet.payload.size() < header_size ? std::uint8_t{0} : packet.payload[2];
}

std::vector<Address> addresses_in(Packet const& packet) {
    std::vector<Address> addresses;
    if (packet.payload.size() < header_size) return addresses;
    auto const family = packet.from.family();
    auto const each = octets(family);
    for (std::size_t i = 0; i < packet.payload[3] && header_size + each * (i + 1) <= packet.payload.size(); ++i)
        addresses.push_back(get_address(&packet.payload[header_size + each * i], family));
    return addresses;
}

std::expected<Heard, Refusal> decode(Packet const& packet, Expectation const& expected) {
    if (auto refusal = judge_form(packet, expected)) return std::unexpected(std::move(*refusal));
    auto const message = packet.payload;
    auto const coverage = covered(packet, expected.version);
    if (!coverage) return refuse(Reason::checksum, fmt::format("Invalid VRRPv{} checksum", expected.version));
    if (message[1] != expected.virtual_router_id)
        return refuse(Reason::virtual_router, fmt::format("received VRID mismatch. Received {} and expect {}",
                                                          message[1], expected.virtual_router_id));
    Heard heard{read_advert(packet, expected.version), *coverage, 0};
    if (expected.version == 3) {
        if (heard.advert.interval < hundredth) return refuse(Reason::interval, "an advertisement interval of 0");
        return heard;
    }
    auto const sequence = judge_authentication(packet, expected);
    if (!sequence) return std::unexpected(sequence.error());
    heard.sequence = *sequence;
    if (message[5] != whole_seconds(expected.interval))
        return refuse(Reason::interval, fmt::format("advertisement interval mismatch mine={} sec rcv'd={} sec",
                                                    whole_seconds(expected.interval), message[5]));
    return heard;
}

}  // namespace drover::vrrp
