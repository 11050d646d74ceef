#include "dataplane/range_space.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace drover::dataplane {
namespace {

TEST(RangeSpace, GivesTheFirstStretchThatIsLongEnough) {
    RangeSpace space(10, 20);
    EXPECT_EQ(space.allocate(4), 10u);
    EXPECT_EQ(space.allocate(4), 14u);
    EXPECT_EQ(space.allocate(4), std::nullopt);
    EXPECT_EQ(space.allocate(2), 18u);
    EXPECT_EQ(space.free_total(), 0u);
}

TEST(RangeSpace, JoinsWhatIsReleasedWithItsNeighbours) {
    RangeSpace space(0, 12);
    ASSERT_TRUE(space.allocate(12));
    space.release(0, 4);
    space.release(8, 4);
    EXPECT_EQ(space.allocate(5), std::nullopt);
    space.release(4, 4);
    EXPECT_EQ(space.allocate(12), 0u);
}

TEST(RangeSpace, ReservesOnlyWhatIsWhollyFree) {
    RangeSpace space(0, 12);
    EXPECT_TRUE(space.reserve(4, 4));
    EXPECT_FALSE(space.reserve(4, 1));
    EXPECT_FALSE(space.reserve(2, 3));
    EXPECT_FALSE(space.reserve(7, 2));
    EXPECT_FALSE(space.reserve(10, 3));
    EXPECT_TRUE(space.reserve(0, 4));
    EXPECT_TRUE(space.reserve(8, 4));
    EXPECT_EQ(space.free_total(), 0u);
}

TEST(RangeSpace, OfNothingHasNothing) {
    RangeSpace space(5, 5);
    EXPECT_EQ(space.allocate(1), std::nullopt);
    EXPECT_FALSE(space.reserve(5, 1));
}

TEST(RangeSpace, NeverGivesAPlaceTwice) {
    std::mt19937 random(1);
    RangeSpace space(0, 1000);
    std::vector<bool> taken(1000);
    std::vector<std::pair<std::uint32_t, std::uint32_t>> held;
    std::uint64_t in_use = 0;
    for (int step = 0; step < 20000; ++step) {
        if (random() % 2 == 0 || held.empty()) {
            std::uint32_t const length = 1 + random() % 40;
            auto const first = space.allocate(length);
            if (!first) continue;
            for (auto i = *first; i < *first + length; ++i) {
                ASSERT_FALSE(taken[i]);
                taken[i] = true;
            }
            held.emplace_back(*first, length);
            in_use += length;
        } else {
            std::swap(held[random() % held.size()], held.back());
            auto const [first, length] = held.back();
            held.pop_back();
            space.release(first, length);
            for (auto i = first; i < first + length; ++i) taken[i] = false;
            in_use -= length;
        }
        ASSERT_EQ(space.free_total() + in_use, 1000u);
    }
}

}  // namespace
}  // namespace drover::dataplane
