// A director that was away does not know the connections that were made meanwhile: it asks for them, and until they are
// here, or its patience is at an end, it preempts nobody.
#include <gmock/gmock.h>

#include "one_machine.h"
#include "timeline.h"
#include "vrrp/machine.h"

namespace drover::vrrp {
namespace {

using log::Level;
using model::VrrpState;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;

constexpr Duration patience = 5s;

Settings settings() {
    Settings s;
    s.name = "vi";
    s.join_patience = patience;
    return s;
}
Conditions conditions(int priority = 100) { return {"", priority, own}; }

Machine fresh(Settings settings) {
    Machine machine;
    machine.settings = std::move(settings);
    return machine;
}
Machine backup(int priority = 100) { return on(fresh(settings()), Start{conditions(priority), {}}, start_time).next; }
/// It has its peers' connections.
Machine joined(Machine machine, TimePoint at) { return on(std::move(machine), Joined{}, at).next; }
Machine master(TimePoint& since) {
    auto const machine = joined(backup(), start_time);
    since = *wakes_at(machine);
    return on(machine, TimerExpired{}, since).next;
}

TEST(JoiningMachine, AsksAtItsStart) {
    EXPECT_THAT(deeds(on(fresh(settings()), Start{conditions(), {}}, start_time)), Contains(Action(Join{})));
    EXPECT_THAT(deeds(on(fresh(settings()), Start{conditions(), start_time - 1s}, start_time)),
                Not(Contains(Action(Join{}))))
        << "one that resumes has never been away";
}

TEST(JoiningMachine, AsksNobodyWhenThereIsNobodyToAsk) {
    auto alone = settings();
    alone.join_patience = 0s;
    auto const step = on(fresh(alone), Start{conditions(), {}}, start_time);
    EXPECT_THAT(deeds(step), Not(Contains(Action(Join{}))));
    EXPECT_FALSE(step.next.joining_until);
}

TEST(JoiningMachine, AsksWhenItsFaultIsOverAndWhenItHasYielded) {
    TimePoint since;
    auto machine = on(master(since), ConditionsChanged{{"interface eth0 down", 100, own}}, since + 1s).next;
    EXPECT_THAT(deeds(on(machine, ConditionsChanged{conditions()}, since + 60s)), Contains(Action(Join{})));
    EXPECT_THAT(deeds(on(master(since), AdvertHeard{peer, 150}, since + 1s)), Contains(Action(Join{})));
}

TEST(JoiningMachine, ALowerMasterCountsUntilTheConnectionsAreHere) {
    auto const heard = start_time + 1s;
    auto step = on(backup(), AdvertHeard{peer, 50}, heard);
    EXPECT_EQ(step.next.timer, heard + master_down_interval(1s, 100));
    auto const machine = joined(step.next, heard + 500ms);
    step = on(machine, AdvertHeard{peer, 50}, heard + 1s);
    EXPECT_EQ(step.next.timer, machine.timer) << "from now on it is discarded";
}

TEST(JoiningMachine, NobodyElseIsMasterThenItIsAsUsual) {
    auto const machine = backup();
    EXPECT_EQ(wakes_at(machine), start_time + master_down_interval(1s, 100));
    EXPECT_EQ(on(machine, TimerExpired{}, *wakes_at(machine)).next.state, VrrpState::master);
}

TEST(JoiningMachine, ItsPatienceEndsAndIsSaidOnce) {
    auto machine = on(backup(), AdvertHeard{peer, 50}, start_time + 4s).next;
    EXPECT_EQ(wakes_at(machine), start_time + patience);
    auto step = on(machine, TimerExpired{}, start_time + patience);
    EXPECT_THAT(
        step.actions,
        ElementsAre(Action(Report{
            Level::warning,
            "(vi) the connections of the peers have not come within 5 s: no longer waiting to preempt without them"})));
    auto const due = *wakes_at(step.next);
    step = on(step.next, AdvertHeard{peer, 50}, start_time + patience + 1s);
    step = on(step.next, TimerExpired{}, due);
    EXPECT_EQ(step.next.state, VrrpState::master);
}

TEST(JoiningMachine, AnOwnerWaitsForThemToo) {
    auto machine = backup(255);
    EXPECT_EQ(wakes_at(machine), start_time + patience);
    machine = on(machine, AdvertHeard{peer, 100}, start_time + 1s).next;
    machine = joined(machine, start_time + 2s);
    EXPECT_EQ(wakes_at(machine), start_time + 2s);
    EXPECT_EQ(on(machine, TimerExpired{}, start_time + 2s).next.state, VrrpState::master);
}

TEST(JoiningMachine, TheDelayOfPreemptionIsWaitedForBeside) {
    auto delayed = settings();
    delayed.preempt_delay = 3s;
    auto machine = on(fresh(delayed), Start{conditions(), {}}, start_time).next;
    machine = on(machine, AdvertHeard{peer, 50}, start_time + 1s).next;
    machine = joined(machine, start_time + 2s);
    machine = on(machine, AdvertHeard{peer, 50}, start_time + 3s).next;
    EXPECT_EQ(machine.timer, start_time + 3s + master_down_interval(1s, 100)) << "the delay is not over";
    EXPECT_EQ(on(machine, AdvertHeard{peer, 50}, start_time + 4s).next.timer, machine.timer) << "now it is";
}

TEST(JoiningMachine, AMasterThatFindsASecondOneTakesItsConnectionsBeforeItsClients) {
    TimePoint since;
    auto const machine = master(since);
    auto const found = since + 60s + 500ms;
    auto step = on(on(machine, TimerExpired{}, since + 60s).next, AdvertHeard{peer, 50}, found);
    EXPECT_THAT(deeds(step), ElementsAre(Action(Join{}), Action(SendAdvert{100}), Action(Notify{Happening::heard_lower})))
        << "the other one yields to its advert";
    step = on(step.next, AdvertHeard{peer, 50}, found + 500ms);
    EXPECT_THAT(deeds(step), ElementsAre(Action(SendAdvert{100}), Action(Notify{Happening::heard_lower}))) << "it asks once";
    step = on(step.next, Joined{}, found + 600ms);
    EXPECT_THAT(deeds(step), ElementsAre(Action(Announce{5})));
    EXPECT_THAT(on(step.next, Joined{}, found + 601ms).actions, IsEmpty());
}

TEST(JoiningMachine, TheOtherOneMayAnswerOurAdvertAtOnce) {
    TimePoint since;
    auto const step = on(on(master(since), TimerExpired{}, since + 60s).next, AdvertHeard{peer, 50}, since + 60s + 1ms);
    EXPECT_THAT(deeds(step), ElementsAre(Action(Join{}))) << "it has had our advert";
    EXPECT_THAT(deeds(on(step.next, Joined{}, since + 60s + 5ms)), ElementsAre(Action(Announce{5})));
}

TEST(JoiningMachine, AsTheSecondMasterItLetsItselfBeFoundBeforeItYields) {
    TimePoint since;
    EXPECT_THAT(deeds(on(master(since), AdvertHeard{peer, 150}, since + 500ms)),
                ElementsAre(Action(SendAdvert{100}), Action(Record{VrrpState::backup}), Action(DropAddresses{}),
                            Action(ShutGate{}), Action(Join{}), Action(Notify{Happening::became_backup})));
}

TEST(JoiningMachine, ASecondMasterThatHandsNothingOverIsNotWaitedForLongerThanPatienceLasts) {
    TimePoint since;
    auto machine = on(master(since), AdvertHeard{peer, 50}, since + 500ms).next;
    std::vector<Action> done;
    for (auto now = since; now < since + 500ms + patience;) {
        now = *wakes_at(machine);
        auto step = on(machine, TimerExpired{}, now);
        machine = step.next;
        done = step.actions;
    }
    EXPECT_THAT(
        done, IsSupersetOf(
                  {Action(Report{Level::warning,
                                 "(vi) the connections of the peers have not come within 5 s: going on without them"}),
                   Action(Announce{5})}));
}

TEST(JoiningPair, ADirectorThatComesBackPreemptsWhenItHasTheConnections) {
    Timeline timeline;
    auto left = settings(), right = settings();
    left.name = "left", right.name = "right";
    timeline.add(left, {"", 150, own});
    timeline.add(right, {"", 100, peer});
    for (auto const* const who : {"left", "right"}) {
        timeline.start(who);
        timeline.give(who, Joined{});
    }
    timeline.run(10s);
    ASSERT_EQ(timeline.state("left"), VrrpState::master);
    timeline.fault("left", "interface eth0 down");
    timeline.run(10s);
    ASSERT_EQ(timeline.state("right"), VrrpState::master);
    timeline.fault("left", "");
    timeline.run(4500ms);
    EXPECT_EQ(timeline.state("left"), VrrpState::backup) << "without them it would have been master by now";
    timeline.give("left", Joined{});
    timeline.run(3500ms);
    EXPECT_EQ(timeline.state("left"), VrrpState::master);
    EXPECT_EQ(timeline.state("right"), VrrpState::backup);
}

}  // namespace
}  // namespace drover::vrrp
