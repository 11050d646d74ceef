#include "dataplane/encode.h"

#include <bit>
#include <cstring>

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

void put_mask(__u64 (&words)[2], std::uint8_t length, Family family) {
    std::size_t const bits = family == Family::v4 ? 96u + length : length;
    Address::Bytes bytes{};
    for (std::size_t bit = 0; bit < bits; ++bit) bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] | 0x80 >> bit % 8);
    std::memcpy(words, bytes.data(), sizeof words);
}

std::uint8_t mask_length(__u64 const (&words)[2], Family family) {
    auto const bits = std::popcount(words[0]) + std::popcount(words[1]);
    return static_cast<std::uint8_t>(family == Family::v4 ? bits - 96 : bits);
}

}  // namespace drover::dataplane
