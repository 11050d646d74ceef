#include "vrrp/announcement.h"

#include <algorithm>

#include "base/checksum.h"
#include "vrrp/ip_packet.h"
#include "vrrp/octets.h"

namespace drover::vrrp {

std::array<std::uint8_t, 28> gratuitous_arp(Mac const& mac, Address const& address) {
    // RFC 826: Ethernet (1), IPv4 (0x0800), lengths 6 and 4, operation 1 (request).
    std::array<std::uint8_t, 28> bytes{0, 1, 8, 0, 6, 4, 0, 1};
    std::ranges::copy(mac.bytes, &bytes[8]);
    put_address(&bytes[14], address);
    std::fill_n(&bytes[18], 6, std::uint8_t{0xff});
    put_address(&bytes[24], address);
    return bytes;
}

Address all_nodes() { return *Address::parse("ff02::1"); }

std::vector<std::uint8_t> neighbour_advertisement(Mac const& mac, Address const& address, bool router) {
    constexpr std::uint8_t icmpv6 = 58;
    constexpr std::uint8_t type = 136;
    constexpr std::uint8_t router_flag = 0x80;
    constexpr std::uint8_t override_flag = 0x20;
    constexpr std::uint8_t target_link_layer_address = 2;
    // RFC 4861 4.4: type, code, checksum, flags, the address; then an option of one unit of eight bytes.
    std::array<std::uint8_t, 32> message{type};
    message[4] = static_cast<std::uint8_t>(override_flag | (router ? router_flag : 0));
    put_address(&message[8], address);
    message[24] = target_link_layer_address;
    message[25] = 1;
    std::ranges::copy(mac.bytes, &message[26]);
    put16(&message[2], checksum(message, pseudo_header_sum(address, all_nodes(), icmpv6, message.size())));
    auto packet = ip_packet(address, all_nodes(), 0, ttl_on_link, icmpv6, message);
    // An ordinary packet, unlike an advert.
    packet[0] = 0x60;
    packet[1] = 0;
    return packet;
}

}  // namespace drover::vrrp
