#include "scheduler/hash_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace drover::scheduler {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

/// Servers 0, 1, 2... of these weights, in IPVS's order.
std::vector<Candidate> servers(std::initializer_list<std::int32_t> weights) {
    std::vector<Candidate> made;
    for (auto const weight : weights) made.push_back({static_cast<std::uint16_t>(made.size()), weight, weight});
    return made;
}

std::map<std::uint16_t, std::size_t> slots_of(std::vector<std::uint16_t> const& table) {
    std::map<std::uint16_t, std::size_t> count;
    for (auto const number : table) ++count[number];
    return count;
}

std::vector<std::uint16_t> first(std::vector<std::uint16_t> table, std::size_t slots) {
    table.resize(slots);
    return table;
}

TEST(SourceTable, RunsRoundTheServersByWeight) {
    auto const table = source_table(servers({3, 1, 2}));
    EXPECT_EQ(table.size(), kHashSlots);
    EXPECT_THAT(first(table, 14), ElementsAre(0, 0, 0, 1, 2, 2, 0, 0, 0, 1, 2, 2, 0, 0));
    EXPECT_EQ(table[252], 0) << "the 43rd round begins there";
    EXPECT_EQ(table[255], 1);
}

TEST(SourceTable, GivesAServerOfWeightNoughtOneSlot) {
    EXPECT_THAT(first(source_table(servers({2, 0, 1})), 8), ElementsAre(0, 0, 1, 2, 0, 0, 1, 2));
}

TEST(SourceTable, LeavesNothingForServersBehindThe256thSlot) {
    EXPECT_THAT(slots_of(source_table(servers({100, 100, 100, 100}))),
                ElementsAre(Pair(0, 100), Pair(1, 100), Pair(2, 56)));
}

TEST(SourceTable, OfAServiceWithoutServersIsEmpty) {
    EXPECT_TRUE(source_table({}).empty());
    EXPECT_TRUE(even_source_table({}).empty());
    EXPECT_TRUE(destination_table({}).empty());
}

TEST(EvenSourceTable, GivesEveryServerItsShare) {
    EXPECT_THAT(slots_of(even_source_table(servers({100, 100, 100, 100}))),
                ElementsAre(Pair(0, 64), Pair(1, 64), Pair(2, 64), Pair(3, 64)));
    EXPECT_THAT(slots_of(even_source_table(servers({1, 3}))), ElementsAre(Pair(0, 64), Pair(1, 192)));
}

TEST(EvenSourceTable, LeavesTheLightestServerASlot) {
    auto const slots = slots_of(even_source_table(servers({1, 2147483647, 2147483647})));
    EXPECT_EQ(slots.at(0), 1u);
    EXPECT_EQ(slots.at(1) + slots.at(2), 255u);
    EXPECT_LE(slots.at(1) - slots.at(2), 1u);
}

TEST(EvenSourceTable, LeavesOutServersOfWeightNought) {
    EXPECT_THAT(slots_of(even_source_table(servers({0, 5, 0}))), ElementsAre(Pair(1, 256)));
    EXPECT_TRUE(even_source_table(servers({0, 0})).empty());
}

TEST(EvenSourceTable, HasNoMoreRunsThanServers) {
    auto const table = even_source_table(servers({7, 1, 3, 9}));
    int changes = 0;
    for (std::size_t slot = 1; slot < table.size(); ++slot) changes += table[slot] != table[slot - 1];
    EXPECT_EQ(changes, 3);
}

TEST(EvenSourceTable, OfMoreServersThanSlotsHoldsTheFirst256) {
    std::vector<Candidate> many;
    for (std::uint16_t i = 0; i < 300; ++i) many.push_back({i, 10, 10});
    auto const table = even_source_table(many);
    EXPECT_EQ(table.size(), kHashSlots);
    EXPECT_EQ(slots_of(table).size(), 256u);
    EXPECT_EQ(slots_of(table).rbegin()->first, 255);
}

TEST(DestinationTable, GoesRoundTheServersWhateverTheirWeights) {
    auto const table = destination_table(servers({5, 0, 1}));
    EXPECT_EQ(table.size(), kHashSlots);
    EXPECT_THAT(first(table, 7), ElementsAre(0, 1, 2, 0, 1, 2, 0));
    EXPECT_EQ(table[255], 0);
}

}  // namespace
}  // namespace drover::scheduler
