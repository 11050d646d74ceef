// Ten thousand services of ten servers: what a change of one of them writes.
#include <gtest/gtest.h>

#include <cstring>

#include "dataplane/memory.h"
#include "dataplane/programmer.h"

namespace drover::dataplane {
namespace {

using testing::FakeKernel;
using testing::kTicks;
using testing::Memory;

constexpr std::uint32_t kServices = 10'000, kServers = 10;

model::Desired many_services() {
    model::Desired desired;
    for (std::uint32_t i = 0; i < kServices; ++i) {
        model::DesiredService service;
        service.key = {{Address::v4(0x0a000000 + i), 80}, Protocol::tcp};
        service.scheduler = model::Scheduler::wrr;
        for (std::uint32_t j = 0; j < kServers; ++j)
            service.servers.push_back({{Address::v4(0x0b000000 + i % 1000 * kServers + j), 80}, 1});
        desired.services.push_back(std::move(service));
    }
    return desired;
}

/// How many records of a map differ.
template <class Record>
std::size_t differing(std::vector<Record> const& before, std::vector<Record> const& after) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < before.size(); ++i) count += std::memcmp(&before[i], &after[i], sizeof before[i]) != 0;
    return count;
}

class ScaleTest : public ::testing::Test {
protected:
    ScaleTest() : programmer_(memory_.tables(), kernel_, kTicks), desired_(many_services()) {
        EXPECT_TRUE(programmer_.apply(desired_));
        before_ = memory_;
        kernel_.waits = 0;
    }

    Memory memory_;
    FakeKernel kernel_;
    Programmer programmer_;
    model::Desired desired_;
    Memory before_;
};

TEST_F(ScaleTest, WritesNothingWhenNothingChanged) {
    auto const changes = programmer_.apply(desired_);
    ASSERT_TRUE(changes);
    EXPECT_TRUE(changes->empty());
    EXPECT_EQ(memory_.image(), before_.image());
    EXPECT_EQ(kernel_.waits, 0);
}

TEST_F(ScaleTest, AWeightIsWrittenInItsServerAndInTheRingOfItsService) {
    desired_.services[7777].servers[3].weight = 5;
    auto const changes = programmer_.apply(desired_);
    ASSERT_TRUE(changes);
    EXPECT_EQ(changes->size(), 1u);
    EXPECT_EQ(differing(before_.servers, memory_.servers), 1u);
    EXPECT_EQ(differing(before_.services, memory_.services), 1u);
    EXPECT_EQ(differing(before_.rings, memory_.rings), 1u);  // 14 turns, written aside
    EXPECT_EQ(differing(before_.vips, memory_.vips), 0u);
    EXPECT_EQ(differing(before_.cursors, memory_.cursors), 0u);
    EXPECT_EQ(differing(before_.loads, memory_.loads), 0u);
    EXPECT_EQ(differing(before_.service_names, memory_.service_names), 0u);
    EXPECT_EQ(differing(before_.server_names, memory_.server_names), 0u);
    EXPECT_EQ(kernel_.waits, 0);
    EXPECT_TRUE(programmer_.begin_grace()) << "the old ring may still be read";
}

TEST_F(ScaleTest, AThresholdIsWrittenInItsServerAlone) {
    desired_.services[1].servers[9].upper_threshold = 100;
    ASSERT_TRUE(programmer_.apply(desired_));
    EXPECT_EQ(differing(before_.servers, memory_.servers), 1u);
    EXPECT_EQ(differing(before_.services, memory_.services), 0u);
    EXPECT_EQ(differing(before_.rings, memory_.rings), 0u);
    EXPECT_EQ(kernel_.waits, 0);
}

TEST_F(ScaleTest, ARemovedServerIsMarkedAndLeavesItsRing) {
    desired_.services[5000].servers.pop_back();
    ASSERT_TRUE(programmer_.apply(desired_));
    EXPECT_EQ(differing(before_.servers, memory_.servers), 1u);
    EXPECT_EQ(differing(before_.server_names, memory_.server_names), 1u);
    EXPECT_EQ(differing(before_.services, memory_.services), 1u);
    EXPECT_EQ(differing(before_.rings, memory_.rings), 1u);
    EXPECT_EQ(differing(before_.vips, memory_.vips), 0u);
    EXPECT_EQ(differing(before_.service_names, memory_.service_names), 0u);
}

}  // namespace
}  // namespace drover::dataplane
