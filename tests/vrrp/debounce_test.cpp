#include "vrrp/debounce.h"

#include <gtest/gtest.h>

#include "vrrp/conditions.h"

namespace drover::vrrp {
namespace {

TimePoint const start{std::chrono::hours(1)};

Debounce delayed() {
    Debounce debounce;
    debounce.configure({{"eth0", 500ms, 2s}});
    EXPECT_TRUE(debounce.judge("eth0", true, start)) << "what it is at first counts at once";
    return debounce;
}

TEST(Debounce, ALinkThatFlapsForAMomentIsUpAllTheTime) {
    auto debounce = delayed();
    EXPECT_EQ(debounce.settles_at(), std::nullopt);
    EXPECT_TRUE(debounce.judge("eth0", false, start + 1s));
    EXPECT_EQ(debounce.settles_at(), start + 1500ms);
    EXPECT_TRUE(debounce.judge("eth0", false, start + 1400ms));
    EXPECT_TRUE(debounce.judge("eth0", true, start + 1450ms));
    EXPECT_EQ(debounce.settles_at(), std::nullopt);
    EXPECT_TRUE(debounce.judge("eth0", false, start + 1600ms)) << "it begins anew";
    EXPECT_EQ(debounce.settles_at(), start + 2100ms);
}

TEST(Debounce, AChangeCountsWhenItHasLastedBothWays) {
    auto debounce = delayed();
    debounce.judge("eth0", false, start);
    EXPECT_FALSE(debounce.judge("eth0", false, start + 500ms));
    EXPECT_FALSE(debounce.judge("eth0", true, start + 600ms));
    EXPECT_FALSE(debounce.judge("eth0", true, start + 2599ms));
    EXPECT_TRUE(debounce.judge("eth0", true, start + 2600ms));
    EXPECT_EQ(debounce.settles_at(), std::nullopt);
}

TEST(Debounce, WithoutADelayOrAPastAChangeCountsAtOnce) {
    auto debounce = delayed();
    EXPECT_TRUE(debounce.judge("eth1", true, start));
    EXPECT_FALSE(debounce.judge("eth1", false, start));
    debounce.judge("eth0", false, start);
    debounce.keep_only({"eth1"});
    EXPECT_EQ(debounce.settles_at(), std::nullopt);
    EXPECT_FALSE(debounce.judge("eth0", false, start)) << "it has been away in between";
}

TEST(HeldBack, AnInstanceWaitsForTheStartupDelayFirst) {
    model::Instance instance;
    instance.interface = "eth0";
    Surroundings surroundings{{{"eth0", true}}, {{"eth0", *Address::parse("10.0.0.2")}}, {"eth0"}, {}};
    EXPECT_EQ(judge(instance, surroundings).waits_for, "");
    surroundings.held_back = true;
    EXPECT_EQ(judge(instance, surroundings).waits_for, "the end of the startup delay");
    EXPECT_EQ(judge(instance, surroundings).conditions.fault, "");
}

TEST(LackOfPeers, IsAFault) {
    model::Instance instance;
    instance.interface = "eth0";
    instance.lacks_peers = true;
    Surroundings const surroundings{{{"eth0", true}}, {{"eth0", *Address::parse("10.0.0.2")}}, {"eth0"}, {}};
    EXPECT_EQ(judge(instance, surroundings).conditions.fault, "unicast without a peer");
}

}  // namespace
}  // namespace drover::vrrp
