#include "scheduler/maglev.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

namespace drover::scheduler {
namespace {

/// 10.1.0.1:80, 10.1.0.2:80...; the number is the last byte.
std::vector<Candidate> farm(int servers, std::int32_t weight = 1) {
    std::vector<Candidate> made;
    for (int i = 1; i <= servers; ++i)
        made.push_back({static_cast<std::uint16_t>(i), weight, weight, {Address::v4(0x0a010000u + static_cast<std::uint32_t>(i)), 80}});
    return made;
}

std::map<std::uint16_t, std::size_t> slots_of(std::vector<std::uint16_t> const& table) {
    std::map<std::uint16_t, std::size_t> count;
    for (auto const number : table) ++count[number];
    return count;
}

/// Slots that changed hands although their old server is still there.
std::size_t needless_moves(std::vector<std::uint16_t> const& before, std::vector<std::uint16_t> const& after, std::uint16_t gone) {
    std::size_t moves = 0;
    for (std::size_t slot = 0; slot < before.size(); ++slot) moves += before[slot] != gone && after[slot] != before[slot];
    return moves;
}

TEST(Maglev, FillsEverySlotInEqualShares) {
    auto const table = maglev_table(farm(7));
    ASSERT_EQ(table.size(), kMaglevSlots);
    for (auto const& [number, slots] : slots_of(table)) EXPECT_NEAR(static_cast<double>(slots), 4093.0 / 7, 1) << number;
}

TEST(Maglev, SharesByWeight) {
    auto servers = farm(3);
    servers[0].weight = servers[0].last_weight = 100;
    servers[1].weight = servers[1].last_weight = 300;
    servers[2].weight = servers[2].last_weight = 600;
    auto slots = slots_of(maglev_table(servers));
    EXPECT_NEAR(static_cast<double>(slots[1]), 409, 6);
    EXPECT_NEAR(static_cast<double>(slots[2]), 1228, 6);
    EXPECT_NEAR(static_cast<double>(slots[3]), 2456, 6);
}

TEST(Maglev, IsTheSameWhateverOrderTheServersAreIn) {
    auto servers = farm(20);
    for (std::size_t i = 0; i < servers.size(); ++i) servers[i].weight = servers[i].last_weight = static_cast<std::int32_t>(1 + i % 3);
    auto const table = maglev_table(servers);
    std::mt19937 random(1);
    for (int shuffle = 0; shuffle < 20; ++shuffle) {
        std::ranges::shuffle(servers, random);
        EXPECT_EQ(maglev_table(servers), table);
    }
}

TEST(Maglev, TellsPortsOfOneAddressApart) {
    std::vector<Candidate> servers{{1, 1, 1, {Address::v4(0x0a010001), 80}}, {2, 1, 1, {Address::v4(0x0a010001), 81}}};
    auto const table = maglev_table(servers);
    EXPECT_EQ(slots_of(table).size(), 2u);
    std::ranges::reverse(servers);
    EXPECT_EQ(maglev_table(servers), table);
}

TEST(Maglev, OfAServerThatLeavesMovesFewOthers) {
    for (int size : {3, 10, 50}) {
        auto const all = farm(size);
        auto const before = maglev_table(all);
        for (int leaving = 1; leaving <= size; leaving += std::max(1, size / 10)) {
            auto rest = all;
            rest.erase(rest.begin() + leaving - 1);
            auto const moves = needless_moves(before, maglev_table(rest), static_cast<std::uint16_t>(leaving));
            EXPECT_LT(moves, kMaglevSlots * 4 / 100) << "server " << leaving << " of " << size;
        }
    }
}

TEST(Maglev, KeepsTheSlotsOfAQuiescedServer) {
    auto servers = farm(5, 4);
    auto const before = maglev_table(servers);
    servers[2].weight = 0;
    EXPECT_EQ(maglev_table(servers), before);
}

TEST(Maglev, LeavesOutAServerThatNeverHadAWeight) {
    auto servers = farm(3);
    servers[1].weight = servers[1].last_weight = 0;
    EXPECT_EQ(slots_of(maglev_table(servers)).count(2), 0u);
    EXPECT_TRUE(maglev_table({}).empty());
    EXPECT_TRUE(maglev_table(farm(3, 0)).empty());
}

TEST(Maglev, ShortensHugeWeightsButNoneToNothing) {
    auto servers = farm(2);
    servers[0].last_weight = 2147483647;
    auto const slots = slots_of(maglev_table(servers));
    EXPECT_EQ(slots.size(), 2u);
    EXPECT_NEAR(static_cast<double>(slots.at(1)) / static_cast<double>(slots.at(2)), 63, 2) << "6 bits are left of a weight";
}

TEST(Maglev, TakesIpv6Servers) {
    std::vector<Candidate> servers;
    for (std::uint16_t i = 0; i < 4; ++i)
        servers.push_back({i, 1, 1, {*Address::parse("2001:db8::" + std::to_string(i + 1)), 443}});
    for (auto const& [number, slots] : slots_of(maglev_table(servers))) EXPECT_NEAR(static_cast<double>(slots), 1023, 1) << number;
}

TEST(Maglev, HoldsAsManyServersAsSlots) {
    std::vector<Candidate> servers;
    for (std::uint16_t i = 0; i < kMaglevSlots; ++i) servers.push_back({i, 1, 1, {Address::v4(0x0a010000u + i), 80}});
    EXPECT_EQ(slots_of(maglev_table(servers)).size(), kMaglevSlots);
}

}  // namespace
}  // namespace drover::scheduler
