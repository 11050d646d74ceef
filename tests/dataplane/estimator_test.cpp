#include "dataplane/estimator.h"

#include <gtest/gtest.h>

#include "dataplane/rates.h"

namespace drover::dataplane {
namespace {

using model::Counters;
using model::Rates;

// By hand: a sample of n in 2 s is n * 512 (bytes: n * 16); the average moves by a quarter, rounded down; shown is
// (average + 511) >> 10 (bytes: (average + 15) >> 5).
TEST(Estimator, MovesAQuarterOfTheWayEveryTwoSeconds) {
    Estimator estimator({});
    estimator.sample({8, 80, 8000});
    // 8 * 512 / 4 = 1024 -> 1;  80 * 512 / 4 = 10240 -> 10;  8000 * 16 / 4 = 32000 -> 1000
    EXPECT_EQ(estimator.rates(), (Rates{1, 10, 1000}));
    estimator.sample({16, 160, 16000});
    // 1024 + (4096 - 1024) / 4 = 1792 -> 2;  10240 + 7680 = 17920 -> 17 (17.5);  32000 + 24000 = 56000 -> 1750
    EXPECT_EQ(estimator.rates(), (Rates{2, 17, 1750}));
    estimator.sample({16, 160, 16000});
    // 1792 - 448 = 1344 -> 1 (1.31);  17920 - 4480 = 13440 -> 13 (13.125);  56000 - 14000 = 42000 -> 1312 (1312.5)
    EXPECT_EQ(estimator.rates(), (Rates{1, 13, 1312}));
}

TEST(Estimator, RoundsHalvesDownAndMoreUp) {
    Estimator estimator({});
    estimator.sample({0, 4, 0});  // 4 * 512 / 4 = 512: half a packet a second
    EXPECT_EQ(estimator.rates().packets, 0u);
    Estimator other({});
    other.sample({0, 5, 0});  // 640
    EXPECT_EQ(other.rates().packets, 1u);
}

TEST(Estimator, FallsBackToNoughtWhenNothingComes) {
    Estimator estimator({});
    estimator.sample({1, 1, 1});  // 128, 128, 4
    EXPECT_EQ(estimator.rates(), (Rates{0, 0, 0}));
    estimator.sample({1001, 1001, 1001});
    for (int i = 0; i < 40; ++i) estimator.sample({1001, 1001, 1001});
    // Rounding downwards takes the last fraction, too: -1 >> 2 is -1.
    EXPECT_EQ(estimator.rates(), Rates{});
}

TEST(Estimator, ComesToTheTrueRateOfASteadyStream) {
    Estimator estimator({});
    for (std::uint64_t i = 1; i <= 150; ++i) estimator.sample({2000 * i, 20'000 * i, 30'000'000'000 * i});
    EXPECT_EQ(estimator.rates(), (Rates{1000, 10'000, 15'000'000'000}));
}

TEST(Estimator, TakesNothingForARateThatWasCountedBefore) {
    Estimator estimator({1'000'000, 1'000'000, 1'000'000});
    estimator.sample({1'000'000, 1'000'000, 1'000'000});
    EXPECT_EQ(estimator.rates(), Rates{});
}

TEST(Estimator, BeginsAnewWhenTheTotalsDo) {
    Estimator estimator({});
    estimator.sample({1000, 1000, 1000});
    estimator.sample({8, 8, 800});
    EXPECT_EQ(estimator.rates(), Rates{});
    estimator.sample({16, 16, 1600});
    EXPECT_EQ(estimator.rates(), (Rates{1, 1, 100}));
}

model::ServiceObserved web(std::uint64_t packets) {
    model::ServiceObserved service;
    service.key = {{Address::v4(0x0a000001), 80}, Protocol::tcp};
    service.counters = {0, packets, 0};
    model::ServerObserved server;
    server.endpoint = {Address::v4(0x0a00000b), 80};
    server.counters = {0, packets / 2, 0};
    service.servers = {server};
    return service;
}

class RateBookTest : public ::testing::Test {
protected:
    /// Two seconds: the service has its turn once.
    void two_seconds(std::uint64_t packets) {
        book_.sample(web(packets));
        for (std::uint32_t i = 0; i < RateBook::kTurns; ++i) book_.end_turn();
    }
    model::ServiceObserved shown() {
        auto service = web(0);
        book_.show(service);
        return service;
    }

    RateBook book_;
};

TEST_F(RateBookTest, ShowsServiceServerAndAllTogether) {
    two_seconds(5000);
    two_seconds(5800);
    EXPECT_EQ(shown().rates.packets, 100u);             // 800 / 2 s, a quarter
    EXPECT_EQ(shown().servers[0].rates.packets, 50u);
    EXPECT_EQ(book_.all().packets, 100u);
}

TEST_F(RateBookTest, TellsOfWhatAServiceCountedBeforeItsFirstTurn) {
    book_.begin(web(0));
    two_seconds(800);
    EXPECT_EQ(shown().rates.packets, 100u);
    book_.begin(web(5000));  // known already: nothing begins anew
    EXPECT_EQ(shown().rates.packets, 100u);
}

TEST_F(RateBookTest, ZeroingOneServiceLeavesTheOthersAlone) {
    two_seconds(0);
    two_seconds(800);
    book_.zero(web(0).key);
    EXPECT_EQ(shown().rates, Rates{});
    EXPECT_EQ(shown().servers[0].rates, Rates{});
    EXPECT_EQ(book_.all().packets, 100u);
    book_.zero_all();
    EXPECT_EQ(book_.all(), Rates{});
    two_seconds(80);  // since the zeroing, in which the totals began at nought
    EXPECT_EQ(shown().rates.packets, 10u);
    EXPECT_EQ(shown().servers[0].rates.packets, 5u);
}

TEST_F(RateBookTest, ForgetsAServiceThatIsGone) {
    two_seconds(0);
    two_seconds(800);
    for (std::uint32_t i = 0; i < 2 * RateBook::kTurns; ++i) book_.end_turn();
    EXPECT_EQ(shown().rates, Rates{});
}

TEST_F(RateBookTest, FollowsServersThatComeAndGo) {
    two_seconds(0);
    auto service = web(0);
    service.servers[0].endpoint.port = 81;
    service.servers[0].counters.packets = 700;
    book_.sample(service);
    EXPECT_EQ(shown().servers[0].rates, Rates{});
    service.servers[0].counters.packets = 1500;
    book_.sample(service);
    book_.show(service);
    EXPECT_EQ(service.servers[0].rates.packets, 100u);
}

}  // namespace
}  // namespace drover::dataplane
