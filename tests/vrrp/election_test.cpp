// Stories of two or three routers on one link.
#include <gmock/gmock.h>

#include <random>

#include "vrrp/timeline.h"

namespace drover::vrrp {
namespace {

using model::VrrpState;
using testing::AllOf;
using testing::Contains;
using testing::Ge;
using testing::Le;
using testing::Not;

Address const low = *Address::parse("172.51.96.105");
Address const high = *Address::parse("172.51.96.119");

Settings settings(std::string name, bool preempt = true, Duration preempt_delay = 0s) {
    Settings s;
    s.name = std::move(name);
    s.preempt = preempt;
    s.preempt_delay = preempt_delay;
    return s;
}
Conditions conditions(int priority, Address own) { return {"", priority, own}; }

/// The seed's two directors: master-dr has 110 and nopreempt, backup-dr 105 and no word about it.
Timeline seed() {
    Timeline line;
    line.add(settings("master-dr", false), conditions(110, high));
    line.add(settings("backup-dr"), conditions(105, low));
    return line;
}

TEST(Election, SeedWithMasterStartedFirstMakesItMaster) {
    auto line = seed();
    line.start("master-dr");
    line.run(100ms);
    line.start("backup-dr");
    line.run(10s);
    EXPECT_EQ(line.state("master-dr"), VrrpState::master);
    EXPECT_EQ(line.state("backup-dr"), VrrpState::backup);
    EXPECT_EQ(line.longest_double(), 0s);
}

TEST(Election, SeedWithBackupStartedFirstKeepsTheBackupBecauseOfNopreempt) {
    auto line = seed();
    line.start("backup-dr");
    line.run(100ms);
    line.start("master-dr");
    line.run(10s);
    EXPECT_EQ(line.state("backup-dr"), VrrpState::master);
    EXPECT_EQ(line.state("master-dr"), VrrpState::backup);
}

TEST(Election, SeedStartedAtOnceIsDecidedByTwentyMillisecondsOfSkew) {
    auto line = seed();
    line.start("backup-dr");
    line.run(10ms);
    line.start("master-dr");
    line.run(10s);
    EXPECT_EQ(line.state("master-dr"), VrrpState::master);
}

TEST(Election, TakesOverAfterThreeIntervalsAndSkewWhenTheMasterDies) {
    auto line = seed();
    line.start("master-dr");
    line.start("backup-dr");
    line.run(10s);
    line.kill("master-dr");
    auto const dead_at = line.now();
    line.run(10s);
    EXPECT_EQ(line.state("backup-dr"), VrrpState::master);
    EXPECT_THAT(line.became_master_at("backup-dr") - dead_at, AllOf(Ge(2s), Le(3s + 590ms)));
}

TEST(Election, CleanStopHandsOverAfterTheSkewAlone) {
    auto line = seed();
    line.start("master-dr");
    line.start("backup-dr");
    line.run(10s);
    line.stop("master-dr");
    auto const stopped_at = line.now();
    line.run(3s);
    EXPECT_EQ(line.state("backup-dr"), VrrpState::master);
    EXPECT_EQ(line.became_master_at("backup-dr") - stopped_at, 1ms + skew(105));
    EXPECT_THAT(line.said_by("backup-dr"), Contains("(backup-dr) Backup received priority 0 advertisement"));
    EXPECT_THAT(line.said_by("master-dr"), Contains("(master-dr) sent 0 priority"));
}

TEST(Election, NopreemptHoldsWhenTheDeadOneComesBack) {
    auto line = seed();
    line.start("backup-dr");
    line.run(10s);
    line.start("master-dr");
    line.run(60s);
    EXPECT_EQ(line.state("backup-dr"), VrrpState::master);
    EXPECT_EQ(line.longest_double(), 0s);
}

TEST(Election, PreemptTakesOverFromALowerMasterAfterTheDownInterval) {
    Timeline line;
    line.add(settings("a"), conditions(150, low));
    line.add(settings("b"), conditions(100, high));
    line.start("b");
    line.run(10s);
    auto const started = line.now();
    line.start("a");
    line.run(10s);
    EXPECT_EQ(line.state("a"), VrrpState::master);
    EXPECT_EQ(line.state("b"), VrrpState::backup);
    EXPECT_EQ(line.became_master_at("a") - started, master_down_interval(1s, 150));
    EXPECT_THAT(line.said_by("a"), Contains("(a) received lower priority (100) advert from 172.51.96.119 - discarding"));
    EXPECT_THAT(line.said_by("b"),
                Contains("(b) Master received advert from 172.51.96.105 with higher priority 150, ours 100"));
    EXPECT_LE(line.longest_double(), 1ms);
}

TEST(Election, PreemptDelayWaitsAndThenTakesOver) {
    Timeline line;
    line.add(settings("a", true, 5s), conditions(150, low));
    line.add(settings("b"), conditions(100, high));
    line.start("b");
    line.run(10s);
    line.forget();
    line.start("a");
    auto const started = line.now();
    line.run(20s);
    EXPECT_EQ(line.state("a"), VrrpState::master);
    // keepalived 2.2.7 was measured at 7.4 s: the last advert that counted, before 5 s, and the down interval.
    EXPECT_THAT(line.became_master_at("a") - started, AllOf(Ge(7s), Le(9s)));
    EXPECT_THAT(line.said_by("a"), Contains("(a) start preempt delay (5.000000)"));
    EXPECT_EQ(std::ranges::count(line.said_by("a"),
                                 "(a) received lower priority (100) advert from 172.51.96.119 - discarding"),
              3);
}

TEST(Election, SplitBrainHealsTowardsTheHigherPriority) {
    auto line = seed();
    line.cut("master-dr", "backup-dr");
    line.start("master-dr");
    line.start("backup-dr");
    line.run(10s);
    EXPECT_EQ(line.state("master-dr"), VrrpState::master);
    EXPECT_EQ(line.state("backup-dr"), VrrpState::master);
    line.heal();
    line.run(1s + 10ms);
    EXPECT_EQ(line.state("master-dr"), VrrpState::master);
    EXPECT_EQ(line.state("backup-dr"), VrrpState::backup);
}

TEST(Election, SplitBrainOfEqualPrioritiesHealsTowardsTheHigherAddress) {
    Timeline line;
    line.add(settings("a"), conditions(100, low));
    line.add(settings("b"), conditions(100, high));
    line.cut("a", "b");
    line.start("a");
    line.start("b");
    line.run(10s);
    line.heal();
    line.run(2s);
    EXPECT_EQ(line.state("a"), VrrpState::backup);
    EXPECT_EQ(line.state("b"), VrrpState::master);
    EXPECT_THAT(line.said_by("a"), Contains("(a) Master received advert from 172.51.96.119 with same priority 100 but "
                                            "higher IP address than ours"));
}

TEST(Election, TheWinnerOfASplitBrainSpeaksUpAtOnceAndAnnouncesItsAddressesAgain) {
    auto line = seed();
    line.cut("master-dr", "backup-dr");
    line.start("master-dr");
    line.start("backup-dr");
    // Between the two routers' adverts, so that the loser speaks first.
    line.run(10s + 580ms);
    line.heal();
    line.forget();
    line.run(2s);
    EXPECT_THAT(line.said_by("master-dr"), Contains("(master-dr) Received advert from 172.51.96.105 with lower priority "
                                                    "105, ours 110, forcing new election"));
    EXPECT_THAT(line.deeds_of("master-dr"), Contains(Action(Announce{5})));
    EXPECT_EQ(line.state("backup-dr"), VrrpState::backup);
}

TEST(Election, ThreeRoutersFailOverInTheOrderOfTheirPriorities) {
    Timeline line;
    line.add(settings("a"), conditions(150, low));
    line.add(settings("b"), conditions(120, high));
    line.add(settings("c"), conditions(100, *Address::parse("172.51.96.200")));
    for (auto const* name : {"a", "b", "c"}) line.start(name);
    line.run(10s);
    EXPECT_EQ(line.state("a"), VrrpState::master);
    line.kill("a");
    line.run(10s);
    EXPECT_EQ(line.state("b"), VrrpState::master);
    line.stop("b");
    line.run(10s);
    EXPECT_EQ(line.state("c"), VrrpState::master);
    EXPECT_EQ(line.longest_double(), 0s);
}

TEST(Election, OneLostAdvertInTenMakesNoSecondMasterForLong) {
    auto line = seed();
    std::mt19937 random(7);
    line.set_loss([&] { return random() % 10 == 0; });
    line.start("master-dr");
    line.start("backup-dr");
    line.run(std::chrono::hours(1));
    EXPECT_EQ(line.state("master-dr"), VrrpState::master);
    // Three losses in a row make the backup claim; the answer to its claim may be lost, too.
    EXPECT_LE(line.longest_double(), 4s);
}

TEST(Election, AFaultOfTheMasterHandsOverAtOnceAndItsEndDoesNotDisturb) {
    auto line = seed();
    line.start("master-dr");
    line.start("backup-dr");
    line.run(10s);
    line.fault("master-dr", "interface eth1 down");
    line.run(1s);
    EXPECT_EQ(line.state("master-dr"), VrrpState::fault);
    EXPECT_EQ(line.state("backup-dr"), VrrpState::master);
    line.fault("master-dr", "");
    line.run(10s);
    EXPECT_EQ(line.state("master-dr"), VrrpState::backup);
    EXPECT_EQ(line.state("backup-dr"), VrrpState::master);
}

TEST(Election, AMasterWhoseTrackedWeightDropsIsPreempted) {
    Timeline line;
    line.add(settings("a"), conditions(110, high));
    line.add(settings("b"), conditions(105, low));
    line.start("a");
    line.start("b");
    line.run(10s);
    line.set_priority("a", 90);
    line.run(5s);
    EXPECT_EQ(line.state("b"), VrrpState::master);
    EXPECT_EQ(line.state("a"), VrrpState::backup);
    EXPECT_THAT(line.said_by("a"), Contains("(a) Changing effective priority from 110 to 90"));
}

TEST(Election, TwoOwnersAreToldAndOneRemains) {
    Timeline line;
    line.add(settings("a"), conditions(255, low));
    line.add(settings("b"), conditions(255, high));
    line.start("a");
    line.run(300ms);
    line.start("b");
    line.run(10s);
    EXPECT_NE(line.state("a"), line.state("b"));
    EXPECT_THAT(line.said_by("a"),
                Contains("(a) CONFIGURATION ERROR: local instance and a remote instance are both configured as address "
                         "owner, please fix - reducing local priority"));
    EXPECT_EQ(line.machine("a").priority(), 254);
}

TEST(Election, AFrozenMasterYieldsBeforeItSpeaksWhenAPeerHasTakenOver) {
    Timeline line;
    line.add(settings("a"), conditions(110, high));
    line.add(settings("b"), conditions(105, low));
    line.start("a");
    line.start("b");
    line.run(10s);
    line.freeze("a");
    line.run(10s);
    EXPECT_EQ(line.state("b"), VrrpState::master);
    line.forget();
    line.thaw("a");
    EXPECT_EQ(line.state("a"), VrrpState::backup);
    EXPECT_THAT(line.deeds_of("a"), Not(Contains(Action(SendAdvert{110}))));
    EXPECT_THAT(line.deeds_of("a"), Contains(Action(ShutGate{})));
    // It may preempt, and does so in order: after its peer's adverts were outvoted for a down interval.
    line.run(5s);
    EXPECT_EQ(line.state("a"), VrrpState::master);
    EXPECT_EQ(line.state("b"), VrrpState::backup);
}

TEST(Election, AFrozenMasterGoesOnWhenNobodyHasTakenOverAndCountsIt) {
    Timeline line;
    line.add(settings("a"), conditions(110, high));
    line.start("a");
    line.run(10s);
    line.freeze("a");
    line.run(10s);
    line.thaw("a");
    line.run(10s);
    EXPECT_EQ(line.state("a"), VrrpState::master);
    EXPECT_EQ(line.machine("a").late, 1U);
}

TEST(Election, AFrozenBackupHearsWhatWaitedBeforeItsTimerRuns) {
    auto line = seed();
    line.start("master-dr");
    line.start("backup-dr");
    line.run(10s);
    line.freeze("backup-dr");
    line.run(10s);
    line.thaw("backup-dr");
    line.run(2s);
    EXPECT_EQ(line.state("backup-dr"), VrrpState::backup);
    EXPECT_EQ(line.longest_double(), 0s);
}

}  // namespace
}  // namespace drover::vrrp
