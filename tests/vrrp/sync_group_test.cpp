// Instances in step: two directors, two links, an instance of each on both.
#include "vrrp/sync_group.h"

#include <gmock/gmock.h>

#include <array>
#include <random>

namespace drover::vrrp {
namespace {

using model::VrrpState;
using testing::HasSubstr;

/// One director: an instance on each link, one group. Adverts reach the other director's instance on the same link at once.
struct Director {
    std::array<Machine, 2> machines;
    std::array<std::string, 2> faults;  ///< own ones
    int priority = 100;
    Address own;
    bool alive = true;
    SyncGroup group{{"pair", {"inside", "outside"}, {}, {}, {}}};
};

class Network {
public:
    Network(int left, int right, bool preempt = true) {
        for (std::size_t d = 0; d < 2; ++d) {
            auto& director = directors[d];
            director.priority = d == 0 ? left : right;
            director.own = Address::v4(0x0a000001 + static_cast<std::uint32_t>(d));
            for (std::size_t m = 0; m < 2; ++m) {
                director.machines[m].settings.name = director.group.group().members[m];
                director.machines[m].settings.preempt = preempt;
                director.machines[m].settings.grouped = true;
            }
        }
    }

    void start(std::size_t d) {
        for (std::size_t m = 0; m < 2; ++m) give(d, m, Start{conditions(d, m), std::nullopt});
        keep_in_step(d);
    }
    void tell_faults(std::size_t d) {
        for (std::size_t m = 0; m < 2; ++m)
            if (auto const met = conditions(d, m); met != directors[d].machines[m].conditions) give(d, m, ConditionsChanged{met});
        keep_in_step(d);
    }
    void run(Duration span) {
        auto const end = now + span;
        while (true) {
            std::optional<std::tuple<TimePoint, std::size_t, std::size_t>> first;
            for (std::size_t d = 0; d < 2; ++d)
                for (std::size_t m = 0; m < 2; ++m)
                    if (auto const due = wakes_at(directors[d].machines[m]); directors[d].alive && due && *due <= end)
                        if (!first || *due < std::get<0>(*first)) first = {*due, d, m};
            if (!first) break;
            now = std::max(now, std::get<0>(*first));
            give(std::get<1>(*first), std::get<2>(*first), TimerExpired{});
            keep_in_step(std::get<1>(*first));
        }
        now = end;
    }

    std::array<VrrpState, 2> states(std::size_t d) const {
        return {directors[d].machines[0].state, directors[d].machines[1].state};
    }

    std::array<Director, 2> directors;
    std::array<bool, 2> cut{};  ///< links
    TimePoint now{std::chrono::hours(1)};
    bool torn = false;  ///< a group's members were not in step after one was moved

private:
    Conditions conditions(std::size_t d, std::size_t m) const {
        auto const& director = directors[d];
        Judgements judgements;
        for (std::size_t i = 0; i < 2; ++i)
            judgements[director.group.group().members[i]].conditions = {director.faults[i], director.priority, director.own};
        share({director.group.group()}, judgements);
        return judgements[director.group.group().members[m]].conditions;
    }
    void give(std::size_t d, std::size_t m, Event const& event) {
        auto step = on(directors[d].machines[m], event, now);
        directors[d].machines[m] = std::move(step.next);
        for (auto const& action : step.actions) {
            auto const* const advert = std::get_if<SendAdvert>(&action);
            auto const other = 1 - d;
            if (!advert || cut[m] || !directors[other].alive) continue;
            give(other, m, AdvertHeard{directors[d].own, advert->priority});
            keep_in_step(other);
        }
    }
    void keep_in_step(std::size_t d) {
        auto& director = directors[d];
        std::array<Machine const*, 2> const members{&director.machines[0], &director.machines[1]};
        if (auto const state = director.group.move(members))
            for (std::size_t m = 0; m < 2; ++m) give(d, m, MoveTo{*state, "in step"});
        auto const before = director.group.state();
        auto const after = director.group.settle(members);
        torn |= before == VrrpState::master && after == VrrpState::master && members[0]->state != members[1]->state;
    }
};

constexpr std::array both_master{VrrpState::master, VrrpState::master};
constexpr std::array both_backup{VrrpState::backup, VrrpState::backup};
constexpr std::array both_fault{VrrpState::fault, VrrpState::fault};

TEST(SyncGroup, BecomesMasterWhenAllMembersWantTo) {
    Network network(150, 100);
    network.start(0);
    network.start(1);
    network.run(10s);
    EXPECT_EQ(network.states(0), both_master);
    EXPECT_EQ(network.states(1), both_backup);
}

TEST(SyncGroup, AMemberThatHearsNobodyWaitsForOneThatHearsTheMaster) {
    Network network(150, 100);
    network.start(0);
    network.start(1);
    network.run(10s);
    network.cut[0] = true;
    network.run(60s);
    EXPECT_EQ(network.states(1), both_backup);
    EXPECT_EQ(network.states(0), both_master);
    network.cut[1] = true;
    network.run(10s);
    EXPECT_EQ(network.states(1), both_master) << "now nobody hears the other";
    network.cut = {};
    network.run(10s);
    EXPECT_EQ(network.states(0), both_master);
    EXPECT_EQ(network.states(1), both_backup);
}

TEST(SyncGroup, OneMembersFaultMovesThemAllAndTheOtherDirectorTakesAllOver) {
    Network network(150, 100);
    network.start(0);
    network.start(1);
    network.run(10s);
    network.directors[0].faults[1] = "interface eth1 down";
    network.tell_faults(0);
    EXPECT_EQ(network.states(0), both_fault);
    EXPECT_EQ(network.directors[0].machines[0].why, "outside of its sync group pair: interface eth1 down");
    network.run(1s);
    EXPECT_EQ(network.states(1), both_master) << "priority 0 was sent for both";
    network.directors[0].faults[1].clear();
    network.tell_faults(0);
    network.run(10s);
    EXPECT_EQ(network.states(0), both_master);
    EXPECT_EQ(network.states(1), both_backup);
}

TEST(SyncGroup, YieldsWithAllMembersWhenOneYields) {
    Network network(100, 150);
    network.start(0);
    network.run(10s);
    EXPECT_EQ(network.states(0), both_master);
    network.cut[1] = true;
    network.start(1);
    network.run(20s);
    // Only one link carries the claim of the better director, and it is enough.
    EXPECT_EQ(network.states(1), both_master);
    EXPECT_EQ(network.states(0), both_backup);
}

TEST(SyncGroup, KeepsNopreempt) {
    Network network(100, 150, false);
    network.start(0);
    network.run(10s);
    network.start(1);
    network.run(60s);
    EXPECT_EQ(network.states(0), both_master);
    EXPECT_EQ(network.states(1), both_backup);
}

TEST(SyncGroup, AMemberThatJoinsMastersBecomesOneWithoutThemYielding) {
    Network network(150, 100);
    network.start(0);
    network.run(10s);
    auto& director = network.directors[0];
    director.group = SyncGroup(director.group.group());
    Machine fresh;
    fresh.settings = director.machines[1].settings;
    auto const step = on(fresh, Start{director.machines[0].conditions, std::nullopt}, network.now);
    director.machines[1] = step.next;
    network.run(10s);
    EXPECT_EQ(network.states(0), both_master);
    EXPECT_EQ(director.machines[0].became_master, 1U);
}

TEST(SyncGroup, StaysInStepThroughRandomCutsAndFaults) {
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
        std::mt19937_64 random(seed);
        Network network(static_cast<int>(1 + random() % 254), static_cast<int>(1 + random() % 254), random() % 2 == 0);
        network.start(0);
        network.start(1);
        for (int i = 0; i < 20; ++i) {
            network.cut[random() % 2] = random() % 2 == 0;
            auto const d = random() % 2;
            network.directors[d].faults[random() % 2] = random() % 3 == 0 ? "fault" : "";
            network.tell_faults(d);
            network.run(Duration(static_cast<std::int64_t>(random() % 6'000'000)));
        }
        network.cut = {};
        for (std::size_t d = 0; d < 2; ++d) {
            network.directors[d].faults = {};
            network.tell_faults(d);
        }
        network.run(15s);
        EXPECT_FALSE(network.torn) << "seed " << seed;
        int masters = 0;
        for (std::size_t d = 0; d < 2; ++d) {
            EXPECT_EQ(network.states(d)[0], network.states(d)[1]) << "seed " << seed << ", director " << d;
            masters += network.states(d) == both_master;
        }
        ASSERT_EQ(masters, 1) << "seed " << seed;
    }
}

}  // namespace
}  // namespace drover::vrrp
