#include "scheduler/ring.h"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace drover::scheduler {
namespace {

using model::Scheduler;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::size_t kLongest = 65536;

std::map<std::uint16_t, std::size_t> shares(std::vector<std::uint16_t> const& turn) {
    std::map<std::uint16_t, std::size_t> count;
    for (auto number : turn) ++count[number];
    return count;
}

TEST(Ring, OfRrHoldsEveryServerOnceNewestFirst) {
    EXPECT_THAT(ring(Scheduler::rr, {}, std::vector<Candidate>{{0, 1}, {1, 7}, {2, 1}}, kLongest), ElementsAre(2, 1, 0));
}

TEST(Ring, LeavesOutServersOfWeightZero) {
    EXPECT_THAT(ring(Scheduler::rr, {}, std::vector<Candidate>{{0, 1}, {1, 0}, {2, 1}}, kLongest), ElementsAre(2, 0));
    EXPECT_THAT(ring(Scheduler::wrr, {}, std::vector<Candidate>{{0, 0}, {1, 0}}, kLongest), IsEmpty());
    EXPECT_THAT(ring(Scheduler::rr, {}, std::vector<Candidate>{}, kLongest), IsEmpty());
}

TEST(Ring, OfWrrIsIpvssSequence) {
    // ip_vs_wrr.c with weights 4, 3, 2 in its list (newest first): AABABCABC.
    EXPECT_THAT(ring(Scheduler::wrr, {}, std::vector<Candidate>{{2, 2}, {1, 3}, {0, 4}}, kLongest),
                ElementsAre(0, 0, 1, 0, 1, 2, 0, 1, 2));
}

TEST(Ring, OfWrrDividesWeightsByTheirCommonDivisor) {
    EXPECT_THAT(ring(Scheduler::wrr, {}, std::vector<Candidate>{{1, 100}, {0, 300}}, kLongest), ElementsAre(0, 0, 0, 1));
}

TEST(Ring, OfWrrTooLongIsScaledAndKeepsTheShares) {
    auto const turn = ring(Scheduler::wrr, {}, std::vector<Candidate>{{0, 1'000'003}, {1, 500'009}, {2, 1}}, kLongest);
    EXPECT_LE(turn.size(), kLongest);
    auto count = shares(turn);
    EXPECT_NEAR(static_cast<double>(count[0]) / static_cast<double>(count[1]), 2.0, 0.01);
    EXPECT_GE(count[2], 1u);
}

TEST(Ring, HoldsTheLargestServiceThereCanBe) {
    std::vector<Candidate> many(65535);
    for (std::size_t i = 0; i < many.size(); ++i) many[i] = {.number = static_cast<std::uint16_t>(i), .weight = 2147483647 - static_cast<std::int32_t>(i)};
    auto const turn = ring(Scheduler::wrr, {}, many, kLongest);
    EXPECT_LE(turn.size(), kLongest);
    EXPECT_EQ(shares(turn).size(), many.size());
}

TEST(Ring, OfWrrEndsWithEveryServerOnce) {
    for (auto const longest : {kLongest, std::size_t{100}}) {
        auto const turn = ring(Scheduler::wrr, {}, std::vector<Candidate>{{0, 7}, {1, 500}, {2, 1}, {3, 2}}, longest);
        std::vector<std::uint16_t> const tail(turn.end() - 4, turn.end());
        EXPECT_THAT(tail, ElementsAre(3, 2, 1, 0));
    }
}

TEST(Ring, OfTheComparingSchedulersListsTheUsableServersNewestFirst) {
    std::vector<Candidate> const servers{{4, 1}, {7, 0}, {2, 9}};
    for (auto const scheduler : {Scheduler::lc, Scheduler::wlc, Scheduler::sed, Scheduler::nq, Scheduler::fo, Scheduler::ovf,
                                 Scheduler::twos, Scheduler::lblc, Scheduler::lblcr})
        EXPECT_THAT(ring(scheduler, {}, servers, kLongest), ElementsAre(2, 4)) << model::name(scheduler);
}

TEST(Ring, OfTheHashingSchedulersIsTheirTable) {
    std::vector<Candidate> const servers{{0, 100, 100}, {1, 100, 100}, {2, 100, 100}, {3, 0, 100}};
    EXPECT_EQ(ring(Scheduler::sh, {}, servers, kLongest).size(), 256u);
    EXPECT_EQ(ring(Scheduler::sh, {}, servers, kLongest).front(), 3) << "newest first, and weight 0 has a slot";
    EXPECT_EQ(shares(ring(Scheduler::sh, {.sh_even = true}, servers, kLongest)).size(), 3u);
    EXPECT_EQ(ring(Scheduler::dh, {}, servers, kLongest)[1], 2);
    EXPECT_EQ(ring(Scheduler::mh, {}, servers, kLongest).size(), 4093u);
}

TEST(FirstPosition, OfWrrIsTheLowestLevel) {
    EXPECT_EQ(first_position(Scheduler::wrr, std::vector<std::uint16_t>{0, 0, 1, 0, 1, 2, 0, 1, 2}), 6u);
    EXPECT_EQ(first_position(Scheduler::wrr, std::vector<std::uint16_t>{5}), 0u);
    EXPECT_EQ(first_position(Scheduler::wrr, {}), 0u);
    EXPECT_EQ(first_position(Scheduler::rr, std::vector<std::uint16_t>{2, 1, 0}), 0u);
}

}  // namespace
}  // namespace drover::scheduler
