#include "scheduler/maglev.h"

#include <algorithm>
#include <bit>
#include <numeric>
#include <optional>

#include "scheduler/sip_hash.h"

namespace drover::scheduler {

namespace {

constexpr SipKey kOffsetKey{2654435761, 2654435761}, kSkipKey{2654446892, 2654446892};
constexpr int kTurnBits = 6;

/// IPv4 as one number, the four words of IPv6 XORed; with the port added.
std::uint32_t folded(Endpoint const& endpoint) {
    if (endpoint.address.is_v4()) return endpoint.address.v4() + endpoint.port;
    std::uint32_t fold = 0;
    auto const& bytes = endpoint.address.bytes();
    for (std::size_t i = 0; i < bytes.size(); ++i) fold ^= std::uint32_t{bytes[i]} << (24 - 8 * (i % 4));
    return fold + endpoint.port;
}

struct Taker {
    std::uint16_t number = 0;
    std::size_t turns = 0;  // slots in one go
    std::size_t next = 0;   // slot it would like next
    std::size_t skip = 1;
};

std::vector<Taker> takers_of(std::vector<Candidate> const& servers) {
    std::int32_t divisor = 0, heaviest = 0;
    for (auto const& server : servers) {
        divisor = std::gcd(divisor, server.last_weight);
        heaviest = std::max(heaviest, server.last_weight);
    }
    std::vector<Taker> takers;
    if (divisor == 0) return takers;
    auto const shift = std::max(0, static_cast<int>(std::bit_width(static_cast<std::uint32_t>(heaviest / divisor))) - kTurnBits);
    for (auto const& server : servers) {
        if (server.last_weight == 0) continue;
        auto const value = folded(server.endpoint);
        auto const slot = [&](SipKey key, std::size_t slots) { return static_cast<std::uint32_t>(sip_hash(value, key)) % slots; };
        takers.push_back({server.number, static_cast<std::size_t>(std::max(1, (server.last_weight / divisor) >> shift)),
                          slot(kOffsetKey, kMaglevSlots), slot(kSkipKey, kMaglevSlots - 1) + 1});
    }
    return takers;
}

}  // namespace

std::vector<std::uint16_t> maglev_table(std::span<Candidate const> servers) {
    std::vector<Candidate> sorted(servers.begin(), servers.end());
    std::ranges::sort(sorted, {}, &Candidate::endpoint);
    auto takers = takers_of(sorted);
    if (takers.empty()) return {};
    std::vector<std::optional<std::uint16_t>> slots(kMaglevSlots);
    for (std::size_t taken = 0; taken < kMaglevSlots;)
        for (auto& taker : takers)
            for (std::size_t turn = 0; turn < taker.turns && taken < kMaglevSlots; ++turn, ++taken) {
                while (slots[taker.next]) taker.next = (taker.next + taker.skip) % kMaglevSlots;
                slots[taker.next] = taker.number;
            }
    std::vector<std::uint16_t> table;
    for (auto const& slot : slots) table.push_back(*slot);
    return table;
}

}  // namespace drover::scheduler
