#include "dataplane/encode.h"

#include <bit>
#include <cstring>

#include <arpa/inet.h>

namespace drover::dataplane {

void put_address(__u64 (&words)[2], Address const& address) {
    std::memcpy(words, address.bytes().data(), sizeof words);
}

Address get_address(__u64 const (&words)[2]) {
    Address::Bytes bytes;
    std::memcpy(bytes.data(), words, bytes.size());
    return Address(bytes);
}

contract::vip_key vip_address_key(Address const& address) {
    contract::vip_key key{};
    put_address(key.address, address);
    return key;
}

contract::vip_key vip_key(ServiceKey const& service) {
    auto key = vip_address_key(service.endpoint.address);
    key.port_protocol =
        contract::port_protocol(swap_port(service.endpoint.port), static_cast<std::uint8_t>(service.protocol));
    return key;
}

std::uint64_t mac_word(Mac const& mac) {
    std::uint64_t word = 0;
    std::memcpy(&word, mac.bytes.data(), mac.bytes.size());
    return word;
}

Mac mac_of(std::uint64_t word) {
    Mac mac;
    std::memcpy(mac.bytes.data(), &word, mac.bytes.size());
    return mac;
}

std::uint32_t ipv4_mask(std::uint8_t length) { return length == 0 ? 0 : htonl(~std::uint32_t{0} << (32 - length)); }

std::uint8_t ipv4_mask_length(std::uint32_t mask) { return static_cast<std::uint8_t>(std::popcount(mask)); }

}  // namespace drover::dataplane
