#include "scheduler/ring.h"

#include <algorithm>
#include <numeric>

namespace drover::scheduler {

namespace {

std::vector<Candidate> usable_newest_first(std::span<Candidate const> candidates) {
    std::vector<Candidate> usable;
    for (auto const& candidate : candidates)
        if (candidate.weight > 0) usable.push_back(candidate);
    std::ranges::reverse(usable);
    return usable;
}

std::int64_t divisor_of(std::vector<Candidate> const& servers) {
    std::int64_t divisor = 0;
    for (auto const& server : servers) divisor = std::gcd(divisor, std::int64_t{server.weight});
    return divisor;
}

/// Divides all weights by their common divisor, and further until one turn fits.
void shorten(std::vector<Candidate>& servers, std::size_t longest) {
    auto const divisor = divisor_of(servers);
    std::int64_t turn = 0;
    for (auto& server : servers) turn += server.weight /= static_cast<std::int32_t>(divisor);
    if (turn <= static_cast<std::int64_t>(longest)) return;
    auto const room = static_cast<std::int64_t>(longest - std::min(longest, servers.size()));
    for (auto& server : servers)
        server.weight = static_cast<std::int32_t>(1 + server.weight * room / turn);
}

std::vector<std::uint16_t> weighted_turn(std::vector<Candidate> servers, std::size_t longest) {
    shorten(servers, longest);
    std::vector<std::uint16_t> turn;
    auto const heaviest = std::ranges::max(servers, {}, &Candidate::weight).weight;
    for (auto level = heaviest; level > 0; --level)
        for (auto const& server : servers)
            if (server.weight >= level) turn.push_back(server.number);
    return turn;
}

}  // namespace

std::vector<std::uint16_t> ring(model::Scheduler scheduler, std::span<Candidate const> candidates,
                                std::size_t longest) {
    auto servers = usable_newest_first(candidates);
    if (servers.empty()) return {};
    if (scheduler == model::Scheduler::wrr) return weighted_turn(std::move(servers), longest);
    std::vector<std::uint16_t> turn;
    for (auto const& server : servers) turn.push_back(server.number);
    return turn;
}

}  // namespace drover::scheduler
