// What the programmer writes for the schedulers: pick, flags, rings, thresholds, where a turn begins.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dataplane/memory.h"
#include "dataplane/programmer.h"

namespace drover::dataplane {
namespace {

using ::testing::ElementsAre;
using testing::at;
using testing::FakeKernel;
using testing::kTicks;
using testing::Memory;

class SchedulingTest : public ::testing::Test {
protected:
    static model::DesiredService web(std::string_view scheduler, std::vector<model::DesiredServer> servers,
                                     model::SchedulerFlags flags = {}) {
        model::DesiredService made;
        made.key = {at("172.51.97.175"), Protocol::tcp};
        made.scheduler = *model::scheduler_named(scheduler);
        made.flags = flags;
        made.servers = std::move(servers);
        return made;
    }

    void apply(model::DesiredService const& service) { ASSERT_TRUE(programmer_.apply({{}, {service}})); }

    contract::service const& record() const { return memory_.services[1]; }
    contract::server& server(std::uint16_t number) { return memory_.servers[record().server_base + number]; }
    contract::server_load& load(std::uint16_t number) { return memory_.loads[record().server_base + number]; }
    std::vector<int> ring() const {
        std::vector<int> slots;
        for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(record().ring); ++i)
            slots.push_back(memory_.rings[(record().ring >> 32) + i / contract::RING_CHUNK].server[i % contract::RING_CHUNK]);
        return slots;
    }

    Memory memory_;
    FakeKernel kernel_;
    Programmer programmer_{memory_.tables(), kernel_, kTicks};
    std::vector<model::DesiredServer> const two_{{at("172.51.96.235"), 1}, {at("172.51.96.236"), 1}};
};

TEST_F(SchedulingTest, EverySchedulerHasItsPick) {
    struct Case {
        std::string_view scheduler;
        contract::pick pick;
        std::uint32_t flags;
    };
    for (auto const& [scheduler, pick, flags] : {
             Case{"rr", contract::PICK_NEXT, 0}, Case{"wrr", contract::PICK_NEXT, 0},
             Case{"sh", contract::PICK_HASH, 0}, Case{"dh", contract::PICK_HASH, contract::SERVICE_HASH_DESTINATION},
             Case{"mh", contract::PICK_HASH, contract::SERVICE_HASH_MAGLEV}, Case{"lc", contract::PICK_LC, 0},
             Case{"wlc", contract::PICK_WLC, 0}, Case{"sed", contract::PICK_SED, 0}, Case{"nq", contract::PICK_NQ, 0},
             Case{"fo", contract::PICK_FO, 0}, Case{"ovf", contract::PICK_OVF, 0}, Case{"twos", contract::PICK_TWOS, 0},
             Case{"lblc", contract::PICK_LBLC, 0}, Case{"lblcr", contract::PICK_LBLCR, 0},
         }) {
        apply(web(scheduler, two_));
        EXPECT_EQ(record().pick, std::uint32_t{pick}) << scheduler;
        EXPECT_EQ(record().flags, flags) << scheduler;
    }
}

TEST_F(SchedulingTest, FlagsAreWrittenAndFoundAgain) {
    for (auto const& flags : {model::SchedulerFlags{.port = true}, model::SchedulerFlags{.fallback = true},
                              model::SchedulerFlags{.sh_even = true}, model::SchedulerFlags{.random_start = true},
                              model::SchedulerFlags{true, true, true, true}})
        EXPECT_EQ(scheduler_flags(scheduler_bits(model::Scheduler::mh, flags)), flags);
    apply(web("sh", two_, {.port = true, .fallback = true, .sh_even = true}));
    EXPECT_EQ(record().flags, std::uint32_t{contract::SERVICE_HASH_PORT | contract::SERVICE_HASH_FALLBACK | contract::SERVICE_HASH_EVEN});
    EXPECT_EQ(Programmer(memory_.tables(), kernel_, kTicks).current(), programmer_.current());
}

TEST_F(SchedulingTest, ThresholdsAreWrittenAndFoundAgain) {
    auto wanted = web("rr", two_);
    wanted.servers[1].upper_threshold = 100;
    wanted.servers[1].lower_threshold = 60;
    apply(wanted);
    EXPECT_EQ(server(1).upper, 100u);
    EXPECT_EQ(server(1).lower, 60u);
    EXPECT_EQ(server(0).upper, 0u);
    EXPECT_EQ(Programmer(memory_.tables(), kernel_, kTicks).current(), programmer_.current());
}

TEST_F(SchedulingTest, AServerThatReturnsWithMoreRoomIsOpenAtOnceAndWithLessStaysShut) {
    for (auto const& [threshold, overloaded] : {std::pair{5u, 1}, {10u, 1}, {11u, 0}, {0u, 0}}) {
        apply(web("rr", {{at("172.51.96.235"), 1, 10}}));
        load(0).overloaded = 1;
        apply(web("rr", {}));
        apply(web("rr", {{at("172.51.96.235"), 1, threshold}}));
        EXPECT_EQ(load(0).overloaded, overloaded) << threshold;
        apply(web("rr", {}));
    }
}

TEST_F(SchedulingTest, AnotherServerInTheSameRecordInheritsNothing) {
    std::vector<model::DesiredServer> many;
    for (int i = 0; i < 4; ++i) many.push_back({at("172.51.96." + std::to_string(i + 1)), 1, 3});
    apply(web("lblcr", many));
    load(0).overloaded = 1;
    load(0).cached = 7;
    many[0] = {at("172.51.96.9"), 1, 3};
    apply(web("lblcr", many));
    EXPECT_EQ(programmer_.book().find_server(1, at("172.51.96.9")), 0);
    EXPECT_EQ(load(0).overloaded, 0);
    EXPECT_EQ(load(0).cached, 0);
}

TEST_F(SchedulingTest, MaglevKeepsTheSlotsOfAServerThatIsQuiesced) {
    auto wanted = web("mh", {{at("172.51.96.235"), 2}, {at("172.51.96.236"), 1}, {at("172.51.96.237"), 1}});
    apply(wanted);
    auto const before = ring();
    EXPECT_EQ(std::ranges::count_if(before, [](int number) { return number == 0; }), 2047);
    wanted.servers[0].weight = 0;
    apply(wanted);
    EXPECT_EQ(ring(), before);
    EXPECT_EQ(server(0).weight, 0u);
    auto next = Programmer(memory_.tables(), kernel_, kTicks);
    EXPECT_TRUE(next.apply({{}, {wanted}}));
    EXPECT_EQ(ring(), before) << "another daemon still knows what its weight was";
}

TEST_F(SchedulingTest, MaglevHasNoSlotsForAServerAddedWithWeightNought) {
    apply(web("mh", {{at("172.51.96.235"), 0}, {at("172.51.96.236"), 1}}));
    EXPECT_THAT(ring(), ::testing::Each(1));
}

TEST_F(SchedulingTest, MaglevTakesNoMoreServersThanSlots) {
    std::vector<model::DesiredServer> many;
    for (std::uint32_t i = 0; i < 4094; ++i) many.push_back({{Address::v4(0x0a010000 + i), 80}, 1});
    auto const refused = programmer_.apply({{}, {web("mh", many)}});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message,
              "service [172.51.97.175]:tcp:80 has 4094 real servers, but mh takes no more than 4093");
    many.pop_back();
    EXPECT_TRUE(programmer_.apply({{}, {web("mh", many)}}));
}

TEST_F(SchedulingTest, WeightedTurnsBeginAtTheLowestLevelAndOthersAtTheStart) {
    apply(web("wrr", {{at("172.51.96.235"), 1}, {at("172.51.96.236"), 3}}));
    EXPECT_THAT(ring(), ElementsAre(1, 1, 1, 0));
    EXPECT_EQ(memory_.cursors[1].next, 2u);
    apply(web("rr", two_));
    EXPECT_EQ(memory_.cursors[1].next, 0u) << "another scheduler begins anew";
    apply(web("wrr", {{at("172.51.96.235"), 1}, {at("172.51.96.236"), 3}}));
    EXPECT_EQ(memory_.cursors[1].next, 0u) << "the servers were there already: ip_vs_wrr_init_svc()";
}

TEST_F(SchedulingTest, ARandomStartDiffersFromTableToTable) {
    std::set<std::uint64_t> starts;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        Memory memory;
        memory.layout.seed = seed;
        Programmer programmer{memory.tables(), kernel_, kTicks};
        ASSERT_TRUE(programmer.apply({{}, {web("rr", two_, {.random_start = true})}}));
        starts.insert(memory.cursors[1].next % 1000);
    }
    EXPECT_GT(starts.size(), 15u);
}

TEST_F(SchedulingTest, AServiceThatReturnsRemembersNoChoices) {
    apply(web("lblc", two_));
    memory_.cursors[1].cached = 1;
    memory_.cursors[1].set = 1;
    ASSERT_TRUE(programmer_.apply({}));
    apply(web("lblc", two_));
    EXPECT_EQ(memory_.cursors[1].cached, 0u);
    EXPECT_EQ(memory_.cursors[1].set, 0u);
}

}  // namespace
}  // namespace drover::dataplane
