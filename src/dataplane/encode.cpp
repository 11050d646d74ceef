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

namespace {

constexpr std::uint32_t kServiceBits = 32, kMappedBits = 96;
constexpr std::uint16_t kFtpPort = 21;

struct KindFlag {
    std::uint32_t flag;
    bool model::Behaviour::* member;
};
constexpr KindFlag kBehaviours[] = {
    {contract::SERVICE_EXPIRE_NODEST, &model::Behaviour::expire_nodest_conn},
    {contract::SERVICE_EXPIRE_QUIESCENT, &model::Behaviour::expire_quiescent_template},
    {contract::SERVICE_SLOPPY_TCP, &model::Behaviour::sloppy_tcp},
    {contract::SERVICE_SLOPPY_SCTP, &model::Behaviour::sloppy_sctp},
};

}  // namespace

contract::source_key source_key(std::uint32_t service, Prefix const& prefix) {
    contract::source_key key{};
    auto const network = prefix.network();
    key.length = kServiceBits + prefix.length + (prefix.address.is_v4() ? kMappedBits : 0);
    key.service = __builtin_bswap32(service);
    put_address(key.address, network.address);
    return key;
}

std::uint32_t service_of(contract::source_key const& key) { return __builtin_bswap32(key.service); }

Prefix prefix_of(contract::source_key const& key) {
    auto const address = get_address(key.address);
    return {address, static_cast<std::uint8_t>(key.length - kServiceBits - (address.is_v4() ? kMappedBits : 0))};
}

bool needs_wide_keys(ServiceKey const& key) {
    return !key.endpoint.address.is_v4() || key.endpoint.port == 0 ||
           (key.protocol == Protocol::tcp && key.endpoint.port == kFtpPort);
}

std::uint32_t kind_flags(model::DesiredService const& service) {
    std::uint32_t flags = 0;
    if (needs_wide_keys(service.key)) flags |= contract::SERVICE_WIDE;
    if (service.key.endpoint.port == 0) flags |= contract::SERVICE_ANY_PORT;
    if (service.one_packet) flags |= contract::SERVICE_ONE_PACKET;
    if (!service.allow.empty() || !service.deny.empty()) flags |= contract::SERVICE_FILTERED;
    if (!service.allow.empty()) flags |= contract::SERVICE_DENIES_OTHERS;
    for (auto const& behaviour : kBehaviours)
        if (service.behaviour.*behaviour.member) flags |= behaviour.flag;
    return flags;
}

void read_kind(std::uint32_t flags, model::DesiredService& service) {
    service.one_packet = (flags & contract::SERVICE_ONE_PACKET) != 0;
    for (auto const& behaviour : kBehaviours) service.behaviour.*behaviour.member = (flags & behaviour.flag) != 0;
}

contract::pick pick_of(model::Scheduler scheduler) {
    using enum model::Scheduler;
    switch (scheduler) {
        case none:  // with an empty ring
        case rr:
        case wrr: return contract::PICK_NEXT;
        case sh:
        case dh:
        case mh: return contract::PICK_HASH;
        case lc: return contract::PICK_LC;
        case wlc: return contract::PICK_WLC;
        case sed: return contract::PICK_SED;
        case nq: return contract::PICK_NQ;
        case fo: return contract::PICK_FO;
        case ovf: return contract::PICK_OVF;
        case twos: return contract::PICK_TWOS;
        case lblc: return contract::PICK_LBLC;
        case lblcr: return contract::PICK_LBLCR;
    }
    return contract::PICK_NEXT;
}

std::uint32_t scheduler_bits(model::Scheduler scheduler, model::SchedulerFlags const& flags) {
    std::uint32_t bits = 0;
    if (flags.port) bits |= contract::SERVICE_HASH_PORT;
    if (flags.fallback) bits |= contract::SERVICE_HASH_FALLBACK;
    if (flags.sh_even) bits |= contract::SERVICE_HASH_EVEN;
    if (flags.random_start) bits |= contract::SERVICE_RANDOM_START;
    if (scheduler == model::Scheduler::dh) bits |= contract::SERVICE_HASH_DESTINATION;
    if (scheduler == model::Scheduler::mh) bits |= contract::SERVICE_HASH_MAGLEV;
    return bits;
}

model::SchedulerFlags scheduler_flags(std::uint32_t bits) {
    return {(bits & contract::SERVICE_HASH_PORT) != 0, (bits & contract::SERVICE_HASH_FALLBACK) != 0,
            (bits & contract::SERVICE_HASH_EVEN) != 0, (bits & contract::SERVICE_RANDOM_START) != 0};
}

}  // namespace drover::dataplane
