#include "scheduler/slow_start.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace drover::scheduler {
namespace {

using testing::ElementsAre;

Endpoint at(char const* address) { return {*Address::parse(address), 80}; }
ServiceKey web() { return {at("10.0.0.1"), Protocol::tcp}; }
TimePoint after(Duration time) { return TimePoint(1000s) + time; }

TEST(RisingWeight, GoesFromATenthToAllInStepsOfATenth) {
    std::vector<std::int32_t> seen;
    for (auto time = 0ms; time <= 10'000ms; time += 10ms) {
        auto const weight = rising_weight(1000, time, 9s);
        if (seen.empty() || seen.back() != weight) seen.push_back(weight);
    }
    EXPECT_THAT(seen, ElementsAre(100, 200, 300, 400, 500, 600, 700, 800, 900, 1000));
}

TEST(RisingWeight, IsFullAtTheEndAndNotBefore) {
    for (auto const over : {Duration(1s), Duration(7s), Duration(86400s)}) {
        EXPECT_EQ(rising_weight(100, 0s, over), 10);
        EXPECT_EQ(rising_weight(100, over - 1us, over), 90);
        EXPECT_EQ(rising_weight(100, over, over), 100);
        EXPECT_EQ(rising_weight(100, 10 * over, over), 100);
    }
}

TEST(RisingWeight, IsAtLeastOneAndOfNobodyZero) {
    EXPECT_EQ(rising_weight(1, 0s, 9s), 1);
    EXPECT_EQ(rising_weight(5, 0s, 9s), 1);
    EXPECT_EQ(rising_weight(5, 3s, 9s), 2);
    EXPECT_EQ(rising_weight(0, 0s, 9s), 0);
    EXPECT_EQ(rising_weight(2147483647, 8s, 9s), 1932735282);
}

/// A wlc service of two servers with weight 100, and the clock.
class SlowStartTest : public testing::Test {
protected:
    /// Weights of those who are there, at a moment.
    std::vector<std::int32_t> weights(Duration time, std::vector<model::DesiredServer> servers) {
        desired.services.assign(1, {});
        desired.services[0].key = web();
        desired.services[0].scheduler = scheduler;
        desired.services[0].servers = std::move(servers);
        slow_start.apply(desired, spans, after(time));
        std::vector<std::int32_t> all;
        for (auto const& server : desired.services[0].servers) all.push_back(server.weight);
        return all;
    }

    model::DesiredServer const first{at("10.0.0.2"), 100}, second{at("10.0.0.3"), 100};
    model::Scheduler scheduler = model::Scheduler::wlc;
    SlowStart::Spans spans{{web(), 9s}};
    model::Desired desired;
    SlowStart slow_start;
};

TEST_F(SlowStartTest, StartsWithFullWeights) {
    EXPECT_THAT(weights(0s, {first, second}), ElementsAre(100, 100));
    EXPECT_EQ(slow_start.next_step(), std::nullopt);
}

TEST_F(SlowStartTest, LetsAServerThatComesBackRiseStepByStep) {
    weights(0s, {first, second});
    EXPECT_THAT(weights(10s, {first}), ElementsAre(100));
    EXPECT_THAT(weights(20s, {first, second}), ElementsAre(100, 10));
    for (int step = 1; step < 9; ++step) {
        EXPECT_EQ(slow_start.next_step(), after(20s + step * 1s));
        EXPECT_THAT(weights(20s + step * 1s, {first, second}), ElementsAre(100, 10 * (step + 1)));
        EXPECT_EQ(slow_start.rising_to(web(), second.endpoint), 100);
        EXPECT_EQ(slow_start.rising_to(web(), first.endpoint), std::nullopt);
    }
    EXPECT_THAT(weights(29s, {first, second}), ElementsAre(100, 100));
    EXPECT_EQ(slow_start.next_step(), std::nullopt);
    EXPECT_EQ(slow_start.rising_to(web(), second.endpoint), std::nullopt);
}

TEST_F(SlowStartTest, CountsAServerWithoutWeightAsAway) {
    model::DesiredServer const quiesced{second.endpoint, 0};
    EXPECT_THAT(weights(0s, {first, quiesced}), ElementsAre(100, 0));
    EXPECT_THAT(weights(1s, {first, second}), ElementsAre(100, 10));
    EXPECT_THAT(weights(5s, {first, quiesced}), ElementsAre(100, 0));
    EXPECT_THAT(weights(6s, {first, second}), ElementsAre(100, 10)) << "it begins anew";
}

TEST_F(SlowStartTest, FollowsAWeightThatIsChangedOnTheWay) {
    weights(0s, {first});
    weights(10s, {first, second});
    EXPECT_THAT(weights(14s, {first, {second.endpoint, 1000}}), ElementsAre(100, 500));
}

TEST_F(SlowStartTest, WakesForTheServerThatRisesNext) {
    weights(0s, {});
    weights(10s, {first});
    weights(10'500ms, {first, second});
    EXPECT_EQ(slow_start.next_step(), after(11s));
    weights(11s, {first, second});
    EXPECT_EQ(slow_start.next_step(), after(11'500ms));
}

TEST_F(SlowStartTest, ForgetsAServiceWithoutSlowStart) {
    weights(0s, {first});
    weights(10s, {first, second});
    spans.clear();
    EXPECT_THAT(weights(11s, {first, second}), ElementsAre(100, 100));
    EXPECT_EQ(slow_start.next_step(), std::nullopt);
    spans = {{web(), 9s}};
    EXPECT_THAT(weights(12s, {first, second}), ElementsAre(100, 100)) << "switched on again, it finds them at work";
}

TEST_F(SlowStartTest, OfLcIsWlcWithEqualWeightsForAsLong) {
    scheduler = model::Scheduler::lc;
    EXPECT_THAT(weights(0s, {first}), ElementsAre(100));
    EXPECT_EQ(desired.services[0].scheduler, model::Scheduler::lc);
    EXPECT_THAT(weights(10s, {first, {second.endpoint, 3}}), ElementsAre(10, 1));
    EXPECT_EQ(desired.services[0].scheduler, model::Scheduler::wlc);
    EXPECT_EQ(slow_start.rising_to(web(), second.endpoint), 10);
    EXPECT_THAT(weights(14s, {first, {second.endpoint, 3}}), ElementsAre(10, 5));
    EXPECT_THAT(weights(19s, {first, {second.endpoint, 3}}), ElementsAre(100, 3));
    EXPECT_EQ(desired.services[0].scheduler, model::Scheduler::lc);
}

}  // namespace
}  // namespace drover::scheduler
