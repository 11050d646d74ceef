#include "scheduler/hash_table.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace drover::scheduler {

namespace {

/// Shares of the slots in proportion to the weights: rounded down, but none below 1; what is left over goes to those who lost
/// most by that, the earlier first, and what is lacking is taken from the largest. `weights` are positive and not more than
/// there are slots.
std::vector<std::size_t> shares_of(std::vector<std::int64_t> const& weights) {
    auto const sum = std::accumulate(weights.begin(), weights.end(), std::int64_t{0});
    auto const slots = static_cast<std::int64_t>(kHashSlots);
    std::vector<std::size_t> shares, order;
    std::size_t given = 0;
    for (auto const weight : weights) {
        order.push_back(shares.size());
        shares.push_back(static_cast<std::size_t>(std::max<std::int64_t>(1, weight * slots / sum)));
        given += shares.back();
    }
    for (; given > kHashSlots; --given) --*std::ranges::max_element(shares);
    auto const lost = [&](std::size_t i) { return std::max<std::int64_t>(0, weights[i] * slots - static_cast<std::int64_t>(shares[i]) * sum); };
    std::ranges::sort(order, {}, [&](std::size_t i) { return std::pair(-lost(i), i); });
    for (std::size_t i = 0; given < kHashSlots; ++given) ++shares[order[i++]];
    return shares;
}

}  // namespace

std::vector<std::uint16_t> source_table(std::span<Candidate const> servers) {
    std::vector<std::uint16_t> table;
    while (!servers.empty() && table.size() < kHashSlots)
        for (auto const& server : servers) {
            auto const run = static_cast<std::size_t>(std::max(server.weight, 1));
            table.resize(std::min(kHashSlots, table.size() + run), server.number);
        }
    return table;
}

std::vector<std::uint16_t> even_source_table(std::span<Candidate const> servers) {
    std::vector<std::int64_t> weights;
    std::vector<std::uint16_t> numbers;
    for (auto const& server : servers) {
        if (server.weight <= 0 || weights.size() == kHashSlots) continue;
        weights.push_back(server.weight);
        numbers.push_back(server.number);
    }
    std::vector<std::uint16_t> table;
    if (weights.empty()) return table;
    auto const shares = shares_of(weights);
    for (std::size_t i = 0; i < shares.size(); ++i) table.insert(table.end(), shares[i], numbers[i]);
    return table;
}

std::vector<std::uint16_t> destination_table(std::span<Candidate const> servers) {
    std::vector<std::uint16_t> table;
    if (servers.empty()) return table;
    for (std::size_t slot = 0; slot < kHashSlots; ++slot) table.push_back(servers[slot % servers.size()].number);
    return table;
}

}  // namespace drover::scheduler
