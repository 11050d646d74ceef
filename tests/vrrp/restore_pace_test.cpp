#include "vrrp/restore_pace.h"

#include <gtest/gtest.h>

namespace drover::vrrp {
namespace {

TimePoint const begin{std::chrono::hours(1)};

TEST(RestorePace, WhatIsRemovedNowAndThenComesBackAtOnce) {
    RestorePace pace;
    for (auto now = begin; now < begin + std::chrono::hours(1); now += RestorePace::kLull) {
        EXPECT_FALSE(pace.waits(now));
        EXPECT_FALSE(pace.restored(now));
    }
}

TEST(RestorePace, WhatIsRemovedAgainAndAgainComesBackNowAndThenAndThatIsSaidOnce) {
    RestorePace pace;
    int restored = 0, said = 0;
    for (auto now = begin; now < begin + 60s; now += 10ms) {
        if (pace.waits(now)) continue;
        ++restored;
        said += pace.restored(now);
    }
    EXPECT_EQ(restored, RestorePace::kAtOnce + 11) << "every five seconds";
    EXPECT_EQ(said, 1);
}

TEST(RestorePace, AfterALullItIsAtOnceAgain) {
    RestorePace pace;
    auto now = begin;
    while (!pace.waits(now)) pace.restored(now);
    now += RestorePace::kLull;
    for (int i = 1; i < RestorePace::kAtOnce; ++i) {
        EXPECT_FALSE(pace.waits(now));
        pace.restored(now);
    }
    EXPECT_FALSE(pace.waits(now));
}

}  // namespace
}  // namespace drover::vrrp
