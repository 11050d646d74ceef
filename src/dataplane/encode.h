// From the model's values to the contract's bits, and back.
#pragma once

#include "base/address.h"
#include "base/endpoint.h"
#include "base/mac.h"
#include "bpf/contract.h"

namespace drover::dataplane {

/// Host to network order of a port, and back.
constexpr std::uint16_t swap_port(std::uint16_t port) { return static_cast<std::uint16_t>(port << 8 | port >> 8); }

void put_address(__u64 (&words)[2], Address const& address);
Address get_address(__u64 const (&words)[2]);

contract::vip_key vip_key(ServiceKey const& key);
/// The entry that says that an address is a VIP at all.
contract::vip_key vip_address_key(Address const& address);

/// As it lies in a frame, in the low 48 bits.
std::uint64_t mac_word(Mac const& mac);
Mac mac_of(std::uint64_t word);

/// The mask of a 16-byte address (IPv4 is v4-mapped) for a prefix length of its own family, and back.
void put_mask(__u64 (&words)[2], std::uint8_t length, Family family);
std::uint8_t mask_length(__u64 const (&words)[2], Family family);

}  // namespace drover::dataplane
