#include "dataplane/ticks.h"

#include <gtest/gtest.h>

namespace drover::dataplane {
namespace {

TEST(Ticks, AreBetweenAFifthAndAThirdOfASecondForEveryKernel) {
    for (std::uint32_t const hz : {100u, 250u, 300u, 1000u}) {
        double const seconds = (1u << Ticks::shift_for(hz)) / static_cast<double>(hz);
        EXPECT_GE(seconds, 1.0 / 5) << hz;
        EXPECT_LE(seconds, 1.0 / 3) << hz;
    }
}

TEST(Ticks, GiveBackTheSecondsTheyWereMadeOf) {
    for (std::uint32_t const hz : {100u, 250u, 300u, 1000u}) {
        Ticks const ticks(hz, Ticks::shift_for(hz));
        for (std::uint32_t seconds = 0; seconds < 100'000; ++seconds)
            ASSERT_EQ(ticks.to_seconds(ticks.from_seconds(seconds)), seconds) << hz;
        EXPECT_EQ(ticks.to_seconds(ticks.from_seconds(2'678'400)), 2'678'400u) << "IPVS's longest persistence, HZ " << hz;
    }
}

TEST(Ticks, AreNeverTooShort) {
    for (std::uint32_t const hz : {100u, 250u, 300u, 1000u}) {
        Ticks const ticks(hz, Ticks::shift_for(hz));
        for (std::uint64_t seconds = 1; seconds < 1000; ++seconds)
            ASSERT_GE(static_cast<std::uint64_t>(ticks.from_seconds(seconds)) << Ticks::shift_for(hz), seconds * hz);
    }
}

TEST(Ticks, OfTheLongestPersistenceAreFarFromWrapping) {
    for (std::uint32_t const hz : {100u, 250u, 300u, 1000u})
        EXPECT_LT(Ticks(hz, Ticks::shift_for(hz)).from_seconds(2'678'400), contract::TICK_MASK / 2u) << hz;
}

}  // namespace
}  // namespace drover::dataplane
