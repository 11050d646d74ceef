#include "vrrp/packet.h"

#include <algorithm>

#include <fmt/core.h>

#include "base/checksum.h"

namespace drover::vrrp {
namespace {

// Layout of a version 2 message (RFC 3768 5.1): version and type, VRID, priority, address count, authentication type,
// interval, checksum, the addresses, eight bytes of authentication data.
constexpr std::size_t header_size = 8;
constexpr std::size_t auth_size = 8;
constexpr std::uint8_t version_2 = 2;
constexpr std::uint8_t advertisement = 1;

constexpr std::size_t ip_header_size = 20;
constexpr std::uint8_t ttl_sent = 255;
constexpr std::uint8_t internetwork_control = 0xc0;  // IP precedence 6, as RFC 1122's routing traffic

void put16(std::uint8_t* place, std::uint16_t value) {
    place[0] = static_cast<std::uint8_t>(value >> 8);
    place[1] = static_cast<std::uint8_t>(value);
}
void put_v4(std::uint8_t* place, Address const& address) {
    std::copy_n(address.bytes().begin() + 12, 4, place);
}
std::uint16_t get16(std::uint8_t const* place) { return static_cast<std::uint16_t>(place[0] << 8 | place[1]); }
Address get_v4(std::uint8_t const* place) {
    return Address::v4(std::uint32_t{place[0]} << 24 | std::uint32_t{place[1]} << 16 | std::uint32_t{place[2]} << 8 |
                       place[3]);
}

std::uint8_t auth_type(model::Authentication const& authentication) {
    switch (authentication.type) {
        case model::Authentication::Type::none: return 0;
        case model::Authentication::Type::pass: return 1;
    }
    return 0;
}

std::array<std::uint8_t, auth_size> auth_data(model::Authentication const& authentication) {
    std::array<std::uint8_t, auth_size> data{};
    if (authentication.type == model::Authentication::Type::pass)
        std::copy_n(authentication.password.begin(), std::min(auth_size, authentication.password.size()), data.begin());
    return data;
}

std::uint8_t whole_seconds(Duration interval) {
    return static_cast<std::uint8_t>(std::clamp<std::int64_t>((interval + 500ms) / 1s, 1, 255));
}

std::unexpected<Refusal> refuse(Reason reason, std::string text) {
    return std::unexpected(Refusal{reason, std::move(text)});
}

}  // namespace

std::string_view name(Reason reason) {
    switch (reason) {
        case Reason::length: return "length";
        case Reason::ip_header: return "IP header";
        case Reason::destination: return "destination";
        case Reason::ttl: return "TTL";
        case Reason::version: return "version";
        case Reason::type: return "type";
        case Reason::checksum: return "checksum";
        case Reason::virtual_router: return "virtual router";
        case Reason::auth_type: return "authentication type";
        case Reason::password: return "password";
        case Reason::interval: return "interval";
    }
    return "?";
}

Expectation expectation_of(model::Instance const& instance) {
    return {instance.virtual_router_id, instance.advert_interval, instance.authentication, instance.multicast_group};
}

std::vector<std::uint8_t> encode(Advert const& advert, model::Authentication const& authentication) {
    auto const count = std::min<std::size_t>(advert.addresses.size(), 255);
    std::vector<std::uint8_t> bytes(header_size + 4 * count + auth_size);
    bytes[0] = version_2 << 4 | advertisement;
    bytes[1] = advert.virtual_router_id;
    bytes[2] = advert.priority;
    bytes[3] = static_cast<std::uint8_t>(count);
    bytes[4] = auth_type(authentication);
    bytes[5] = whole_seconds(advert.interval);
    for (std::size_t i = 0; i < count; ++i) put_v4(&bytes[header_size + 4 * i], advert.addresses[i]);
    auto const data = auth_data(authentication);
    std::ranges::copy(data, bytes.end() - auth_size);
    put16(&bytes[6], checksum(bytes));
    return bytes;
}

std::vector<std::uint8_t> ipv4_packet(Address const& from, Address const& to, std::uint16_t id,
                                      std::span<std::uint8_t const> payload) {
    std::vector<std::uint8_t> bytes(ip_header_size + payload.size());
    bytes[0] = 0x45;
    bytes[1] = internetwork_control;
    put16(&bytes[2], static_cast<std::uint16_t>(bytes.size()));
    put16(&bytes[4], id);
    bytes[8] = ttl_sent;
    bytes[9] = protocol_number;
    put_v4(&bytes[12], from);
    put_v4(&bytes[16], to);
    put16(&bytes[10], checksum(std::span(bytes).first(ip_header_size)));
    std::ranges::copy(payload, bytes.begin() + ip_header_size);
    return bytes;
}

std::expected<Packet, Refusal> read_ipv4(std::span<std::uint8_t const> bytes) {
    if (bytes.size() < ip_header_size || bytes[0] >> 4 != 4) return refuse(Reason::ip_header, "no IPv4 header");
    auto const header = std::size_t{bytes[0] & 0x0fU} * 4;
    auto const total = get16(&bytes[2]);
    if (header < ip_header_size || total < header) return refuse(Reason::ip_header, "malformed IPv4 header");
    if (total > bytes.size())
        return refuse(Reason::length, fmt::format("ip_tot_len mismatch against received length. {} and received {}",
                                                  total, bytes.size()));
    if (checksum(bytes.first(header)) != 0) return refuse(Reason::ip_header, "wrong IPv4 header checksum");
    constexpr std::uint16_t more_fragments_or_offset = 0x3fff;
    if ((get16(&bytes[6]) & more_fragments_or_offset) != 0) return refuse(Reason::ip_header, "a fragment");
    if (bytes[9] != protocol_number) return refuse(Reason::ip_header, "not VRRP");
    return Packet{get_v4(&bytes[12]), get_v4(&bytes[16]), bytes[8], bytes.subspan(header, total - header)};
}

std::uint8_t virtual_router_of(Packet const& packet) {
    return packet.payload.size() < header_size ? std::uint8_t{0} : packet.payload[1];
}

std::expected<Advert, Refusal> decode(Packet const& packet, Expectation const& expected) {
    auto const bytes = packet.payload;
    if (bytes.size() < header_size)
        return refuse(Reason::length,
                      fmt::format("vrrp packet too short, length {} and expect {}", bytes.size(), header_size));
    if (packet.to != expected.group)
        return refuse(Reason::destination,
                      fmt::format("sent to {} instead of {}", packet.to.text(), expected.group.text()));
    if (packet.ttl != ttl_sent)
        return refuse(Reason::ttl, fmt::format("invalid TTL/HL. Received {} and expect {}", packet.ttl, ttl_sent));
    int const version = bytes[0] >> 4;
    int const type = bytes[0] & 0x0f;
    if (version != version_2)
        return refuse(Reason::version, fmt::format("wrong version. Received {} and expect {}", version, version_2));
    if (type != advertisement)
        return refuse(Reason::type, fmt::format("Invalid packet type. {} and expect {}", type, advertisement));
    auto const size = header_size + std::size_t{bytes[3]} * 4 + auth_size;
    if (bytes.size() != size)
        return refuse(Reason::length, fmt::format("vrrp packet too {}, length {} and expect {}",
                                                  bytes.size() < size ? "short" : "long", bytes.size(), size));
    if (checksum(bytes) != 0) return refuse(Reason::checksum, "Invalid VRRPv2 checksum");
    if (bytes[1] != expected.virtual_router_id)
        return refuse(Reason::virtual_router, fmt::format("received VRID mismatch. Received {} and expect {}", bytes[1],
                                                          expected.virtual_router_id));
    if (bytes[4] != auth_type(expected.authentication))
        return refuse(Reason::auth_type, fmt::format("received a {} auth, expecting {}!", bytes[4],
                                                     auth_type(expected.authentication)));
    if (expected.authentication.type == model::Authentication::Type::pass &&
        !std::ranges::equal(bytes.last(auth_size), auth_data(expected.authentication)))
        return refuse(Reason::password, "received an invalid passwd!");
    if (bytes[5] != whole_seconds(expected.interval))
        return refuse(Reason::interval, fmt::format("advertisement interval mismatch mine={} sec rcv'd={} sec",
                                                    whole_seconds(expected.interval), bytes[5]));
    Advert advert{bytes[1], bytes[2], std::chrono::seconds(bytes[5]), {}};
    for (std::size_t i = 0; i < bytes[3]; ++i) advert.addresses.push_back(get_v4(&bytes[header_size + 4 * i]));
    return advert;
}

std::array<std::uint8_t, 28> gratuitous_arp(Mac const& mac, Address const& address) {
    // RFC 826: Ethernet (1), IPv4 (0x0800), lengths 6 and 4, operation 1 (request).
    std::array<std::uint8_t, 28> bytes{0, 1, 8, 0, 6, 4, 0, 1};
    std::ranges::copy(mac.bytes, &bytes[8]);
    put_v4(&bytes[14], address);
    std::fill_n(&bytes[18], 6, std::uint8_t{0xff});
    put_v4(&bytes[24], address);
    return bytes;
}

}  // namespace drover::vrrp
