// The words of keepalived 2.2.7, as it wrote them beside IPVS.
#include "health/quorum.h"

#include <gtest/gtest.h>

namespace drover::health {
namespace {

ServiceKey const service{{*Address::parse("10.9.0.100"), 80}, Protocol::tcp};
Endpoint const server{*Address::parse("10.9.0.11"), 80};

TEST(Quorum, StandsFromItsWeightOn) {
    model::Quorum const quorum{.weight = 3};
    EXPECT_TRUE(stands(quorum, false, 3));
    EXPECT_FALSE(stands(quorum, false, 2));
    EXPECT_TRUE(stands(quorum, true, 3));
    EXPECT_FALSE(stands(quorum, true, 2));
}

TEST(Quorum, WithHysteresisIsGainedLaterAndLostLater) {
    model::Quorum const quorum{.weight = 5, .hysteresis = 2};
    EXPECT_FALSE(stands(quorum, false, 6));
    EXPECT_TRUE(stands(quorum, false, 7));
    EXPECT_TRUE(stands(quorum, true, 3));
    EXPECT_FALSE(stands(quorum, true, 2));
}

TEST(Quorum, OfTheLargestNumbersDoesNotWrap) {
    model::Quorum const quorum{.weight = 4294967295, .hysteresis = 4294967294};
    EXPECT_FALSE(stands(quorum, false, 4294967295));
    EXPECT_TRUE(stands(quorum, true, 1));
    EXPECT_FALSE(stands(quorum, true, 0));
}

TEST(Quorum, IsToldInTheWordsOfKeepalived) {
    EXPECT_EQ(quorum_line(service, {}, true, 2), "Gained quorum 1+0=1 <= 2 for VS [10.9.0.100]:tcp:80");
    EXPECT_EQ(quorum_line(service, {.weight = 2}, false, 1), "Lost quorum 2-0=2 > 1 for VS [10.9.0.100]:tcp:80");
    EXPECT_EQ(quorum_line(service, {.weight = 5, .hysteresis = 2}, false, 2),
              "Lost quorum 5-2=3 > 2 for VS [10.9.0.100]:tcp:80");
    EXPECT_EQ(fifo_line(service, true), "VS [10.9.0.100]:tcp:80 UP");
    EXPECT_EQ(fifo_line(server, service, false), "RS [10.9.0.11]:tcp:80 [10.9.0.100]:tcp:80 DOWN");
}

}  // namespace
}  // namespace drover::health
