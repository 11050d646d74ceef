#include "dataplane/flood_watch.h"

#include <gtest/gtest.h>

#include "bpf/contract.h"

namespace drover::dataplane {
namespace {

TEST(FloodWatch, SaysSinceWhenAFloodLasts) {
    FloodWatch watch(8);
    EXPECT_FALSE(watch.look(0, 1000, 1));
    EXPECT_TRUE(watch.look(1000, 1000, 2));
    EXPECT_FALSE(watch.look(1004, 1012, 3));
    EXPECT_TRUE(watch.flood().lasts);
    EXPECT_EQ(watch.flood().since_unix_us, 2);
    EXPECT_TRUE(watch.look(1004, 1013, 4));
    EXPECT_FALSE(watch.flood().lasts);
    EXPECT_EQ(watch.flood().since_unix_us, 0);
}

TEST(FloodWatch, CountsTicksOverTheirWrap) {
    FloodWatch watch(8);
    EXPECT_TRUE(watch.look(contract::TICK_MASK, 3, 1));
    EXPECT_TRUE(watch.look(contract::TICK_MASK, 8, 2));
}

}  // namespace
}  // namespace drover::dataplane
