#include "scheduler/ring.h"

#include <algorithm>
#include <numeric>
#include <set>

#include "scheduler/hash_table.h"
#include "scheduler/maglev.h"

namespace drover::scheduler {

namespace {

std::vector<Candidate> newest_first(std::span<Candidate const> candidates) {
    return {candidates.rbegin(), candidates.rend()};
}

std::vector<Candidate> usable_newest_first(std::span<Candidate const> candidates) {
    auto servers = newest_first(candidates);
    std::erase_if(servers, [](Candidate const& server) { return server.weight <= 0; });
    return servers;
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

std::vector<std::uint16_t> ring(model::Scheduler scheduler, model::SchedulerFlags const& flags,
                                std::span<Candidate const> candidates, std::size_t longest) {
    using enum model::Scheduler;
    if (scheduler == none) return {};
    if (scheduler == sh)
        return flags.sh_even ? even_source_table(newest_first(candidates)) : source_table(newest_first(candidates));
    if (scheduler == dh) return destination_table(newest_first(candidates));
    if (scheduler == mh) return maglev_table(candidates);
    auto servers = usable_newest_first(candidates);
    if (servers.empty()) return {};
    if (scheduler == wrr) return weighted_turn(std::move(servers), longest);
    std::vector<std::uint16_t> turn;
    for (auto const& server : servers) turn.push_back(server.number);
    return turn;
}

std::size_t first_position(model::Scheduler scheduler, std::span<std::uint16_t const> turn) {
    if (scheduler != model::Scheduler::wrr) return 0;
    std::set<std::uint16_t> seen;  // of the last level, which has every server once
    auto position = turn.size();
    while (position > 0 && seen.insert(turn[position - 1]).second) --position;
    return position;
}

}  // namespace drover::scheduler
