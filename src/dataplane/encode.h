// From the model's values to the contract's bits, and back.
#pragma once

#include "base/address.h"
#include "base/endpoint.h"
#include "base/mac.h"
#include "base/prefix.h"
#include "bpf/contract.h"
#include "model/desired.h"

namespace drover::dataplane {

/// Host to network order of a port, and back.
constexpr std::uint16_t swap_port(std::uint16_t port) { return static_cast<std::uint16_t>(port << 8 | port >> 8); }

void put_address(__u64 (&words)[2], Address const& address);
Address get_address(__u64 const (&words)[2]);

contract::vip_key vip_key(ServiceKey const& key);
/// The entry that says that an address is a VIP at all.
contract::vip_key vip_address_key(Address const& address);

/// An allow or deny prefix of a service, as the trie holds it, and back.
contract::source_key source_key(std::uint32_t service, Prefix const& prefix);
std::uint32_t service_of(contract::source_key const& key);
Prefix prefix_of(contract::source_key const& key);

/// As it lies in a frame, in the low 48 bits.
std::uint64_t mac_word(Mac const& mac);
Mac mac_of(std::uint64_t word);

/// The mask of a 16-byte address (IPv4 is v4-mapped) for a prefix length of its own family, and back.
void put_mask(__u64 (&words)[2], std::uint8_t length, Family family);
std::uint8_t mask_length(__u64 const (&words)[2], Family family);

/// IPv6, all ports, and FTP, whose data connections come to other ports: they need the wide table's longer keys.
bool needs_wide_keys(ServiceKey const& key);
/// SERVICE_* flags that say what kind of service it is; the scheduler's and SERVICE_HAS_LOCAL are not among them.
std::uint32_t kind_flags(model::DesiredService const& service);
/// What kind_flags() has said.
void read_kind(std::uint32_t flags, model::DesiredService& service);

/// How the packet path picks a server.
contract::pick pick_of(model::Scheduler scheduler);

/// The SERVICE_* bits of a scheduler and its flags, which of all bits they are, and the flags back from them.
std::uint32_t scheduler_bits(model::Scheduler scheduler, model::SchedulerFlags const& flags);
inline constexpr std::uint32_t kSchedulerBits = contract::SERVICE_HASH_PORT | contract::SERVICE_HASH_FALLBACK |
                                                contract::SERVICE_HASH_DESTINATION | contract::SERVICE_HASH_MAGLEV |
                                                contract::SERVICE_HASH_EVEN | contract::SERVICE_RANDOM_START;
model::SchedulerFlags scheduler_flags(std::uint32_t bits);

}  // namespace drover::dataplane
