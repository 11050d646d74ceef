// What the words of an instance change in what one machine does: version 3's intervals, and keepalived's switches.
#include <gmock/gmock.h>

#include "one_machine.h"
#include "vrrp/machine.h"

namespace drover::vrrp {
namespace {

using model::VrrpState;
using testing::ElementsAre;
using testing::IsEmpty;

Action const heard_lower = Notify{Happening::heard_lower};

Settings settings(int version, Duration interval) {
    Settings s;
    s.name = "vi";
    s.version = version;
    s.interval = interval;
    return s;
}

Machine backup(Settings settings, int priority = 100) {
    Machine machine;
    machine.settings = std::move(settings);
    return on(machine, Start{{"", priority, own}, {}}, start_time).next;
}

/// Master since `at`.
Machine master(Settings settings, TimePoint& at) {
    auto machine = backup(std::move(settings));
    at = *wakes_at(machine);
    return on(machine, TimerExpired{}, at).next;
}

TEST(Version3Machine, SkewIsAPartOfTheInterval) {
    // (256 - 100) / 256 of 10 ms.
    EXPECT_EQ(wakes_at(backup(settings(3, 10ms))), start_time + 30ms + 6093us);
    EXPECT_EQ(wakes_at(backup(settings(2, 1s))), start_time + 3s + 609375us);
}

TEST(Version3Machine, ABackupWaitsByTheIntervalOfTheMasterItHears) {
    auto const now = start_time + 1s;
    auto const slow = on(backup(settings(3, 1s)), AdvertHeard{peer, 150, 2s}, now).next;
    EXPECT_EQ(wakes_at(slow), now + master_down_interval(2s, 100, 3, 2s));
    auto const fast = on(slow, AdvertHeard{peer, 150, 100ms}, now).next;
    EXPECT_EQ(wakes_at(fast), now + master_down_interval(100ms, 100, 3, 100ms));
    EXPECT_EQ(wakes_at(on(fast, AdvertHeard{peer, 0, 100ms}, now).next), now + skew(100, 100ms));
}

TEST(Version3Machine, AsMasterItKeepsItsOwnInterval) {
    auto machine = on(backup(settings(3, 1s)), AdvertHeard{peer, 150, 100ms}, start_time).next;
    auto const takeover = *wakes_at(machine);
    machine = on(machine, TimerExpired{}, takeover).next;
    ASSERT_EQ(machine.state, VrrpState::master);
    EXPECT_EQ(machine.timer, takeover + 1s);
    // And waits by it again when it has given up without having heard another master.
    machine = on(machine, ConditionsChanged{{"interface eth0 down", 100, own}}, takeover + 10s).next;
    machine = on(machine, ConditionsChanged{{"", 100, own}}, takeover + 20s).next;
    EXPECT_EQ(wakes_at(machine), takeover + 20s + master_down_interval(1s, 100, 3, 1s));
}

TEST(Version3Machine, YieldingItTakesTheOthersInterval) {
    TimePoint takeover;
    auto const machine = master(settings(3, 1s), takeover);
    auto const step = on(machine, AdvertHeard{peer, 150, 200ms}, takeover + 100ms);
    EXPECT_EQ(step.next.state, VrrpState::backup);
    EXPECT_EQ(wakes_at(step.next), takeover + 100ms + master_down_interval(200ms, 100, 3, 200ms));
}

TEST(Version3Machine, ADiscardedAdvertTeachesNothing) {
    auto const machine = backup(settings(3, 1s));
    auto const step = on(machine, AdvertHeard{peer, 50, 40s}, start_time + 1s);
    EXPECT_EQ(wakes_at(step.next), wakes_at(machine));
}

TEST(Version2Machine, TheIntervalOfAnAdvertChangesNothing) {
    auto const step = on(backup(settings(2, 1s)), AdvertHeard{peer, 150, 5s}, start_time);
    EXPECT_EQ(wakes_at(step.next), start_time + master_down_interval(1s, 100));
}

TEST(DownTimerAdverts, IsHowManyIntervalsAMasterMayBeSilent) {
    auto s = settings(2, 1s);
    s.down_adverts = 2;
    EXPECT_EQ(wakes_at(backup(s)), start_time + 2s + 609375us);
    TimePoint takeover;
    auto const machine = master(s, takeover);
    EXPECT_FALSE(is_late(machine, takeover + 2s));
    EXPECT_TRUE(is_late(machine, takeover + 2s + 1us)) << "its peers wait no longer, either";
}

TEST(LowerPrioNoAdvert, LeavesTheAnnouncementsAndStaysQuiet) {
    auto s = settings(2, 1s);
    s.lower_prio_no_advert = true;
    TimePoint takeover;
    auto const machine = master(s, takeover);
    auto const step = on(machine, AdvertHeard{peer, 90}, takeover + 300ms);
    EXPECT_THAT(deeds(step), ElementsAre(Action(Announce{5}), heard_lower));
    EXPECT_EQ(std::get<Report>(step.actions.front()).text,
              "(vi) Received advert from 10.0.0.3 with lower priority 90, ours 100");
    EXPECT_THAT(on(step.next, AdvertHeard{peer, 90}, takeover + 300ms).actions, IsEmpty()) << "a storm";
}

TEST(HigherPrioSendAdvert, SaysOneWordMoreBeforeItYields) {
    auto s = settings(2, 1s);
    s.higher_prio_send_advert = true;
    TimePoint takeover;
    auto const machine = master(s, takeover);
    for (auto const& heard : {AdvertHeard{peer, 150}, AdvertHeard{peer, 100}}) {
        auto const step = on(machine, heard, takeover + 300ms);
        EXPECT_EQ(step.next.state, VrrpState::backup);
        EXPECT_THAT(deeds(step),
                    ElementsAre(Action(SendAdvert{100}), Action(Record{VrrpState::backup}), Action(DropAddresses{}),
                                Action(ShutGate{}), Action(Notify{Happening::became_backup})));
        EXPECT_EQ(wakes_at(step.next), takeover + 300ms + master_down_interval(1s, 100));
    }
}

TEST(HigherPrioSendAdvert, NotAfterAPauseInWhichAnotherTookOver) {
    auto s = settings(2, 1s);
    s.higher_prio_send_advert = true;
    TimePoint takeover;
    auto const machine = master(s, takeover);
    auto const step = on(machine, AdvertHeard{peer, 150}, takeover + 10s);
    EXPECT_THAT(deeds(step), testing::Not(testing::Contains(Action(SendAdvert{100}))));
}

TEST(GarpLowerPrio, HasARepeatAndADelayOfItsOwn) {
    auto s = settings(2, 1s);
    s.garp.lower_repeat = 2;
    s.garp.lower_delay = 700ms;
    TimePoint takeover;
    auto machine = master(s, takeover);
    machine = on(machine, TimerExpired{}, takeover + 5s).next;  // the burst after taking over
    auto const answered = takeover + 5s + 300ms;
    auto step = on(machine, AdvertHeard{peer, 90}, answered);
    EXPECT_THAT(deeds(step), ElementsAre(Action(SendAdvert{100}), Action(Announce{2}), heard_lower));
    EXPECT_EQ(wakes_at(step.next), answered + 700ms);
    EXPECT_THAT(deeds(on(step.next, TimerExpired{}, answered + 700ms)), ElementsAre(Action(Announce{2})));
    machine.settings.garp.lower_repeat = 0;
    EXPECT_THAT(deeds(on(machine, AdvertHeard{peer, 90}, answered)), ElementsAre(Action(SendAdvert{100}), heard_lower));
}

TEST(GarpExtraIf, IsRepeatedAsLongAsItIsMaster) {
    auto s = settings(2, 1s);
    s.garp.delay = 0s;
    s.garp.extra = 700ms;
    TimePoint takeover;
    auto machine = master(s, takeover);
    EXPECT_EQ(wakes_at(machine), takeover + 700ms);
    auto step = on(machine, TimerExpired{}, takeover + 700ms);
    EXPECT_THAT(deeds(step), ElementsAre(Action(AnnounceExtra{})));
    EXPECT_EQ(step.next.extra, takeover + 1400ms);
    step = on(step.next, AdvertHeard{peer, 150}, takeover + 800ms);
    EXPECT_EQ(step.next.extra, std::nullopt);
}

TEST(TimerExpiredBackup, YieldsToAMasterThatIsNotHeard) {
    auto s = settings(2, 1s);
    TimePoint takeover;
    EXPECT_EQ(on(master(s, takeover), TimerExpired{}, takeover + 10s).next.state, VrrpState::master) << "without the word";
    s.rival_priority = 128;  // which takes over after 3.5 s
    auto const machine = master(s, takeover);
    EXPECT_EQ(on(machine, TimerExpired{}, takeover + 3500ms).next.state, VrrpState::master);
    auto const step = on(machine, TimerExpired{}, takeover + 3501ms);
    EXPECT_EQ(step.next.state, VrrpState::backup);
    EXPECT_THAT(deeds(step), ElementsAre(Action(Record{VrrpState::backup}), Action(DropAddresses{}), Action(ShutGate{}),
                                         Action(Notify{Happening::became_backup})));
}

TEST(NotifyPriorityChanges, TellsInWhichStateThePriorityChanged) {
    auto s = settings(2, 1s);
    ConditionsChanged const changed{{"", 120, own}};
    EXPECT_THAT(deeds(on(backup(s), changed, start_time)), IsEmpty());
    s.tells_priority = true;
    EXPECT_THAT(deeds(on(backup(s), changed, start_time)), ElementsAre(Action(Notify{Happening::priority_as_backup})));
    TimePoint takeover;
    auto const machine = master(s, takeover);
    EXPECT_THAT(deeds(on(machine, changed, takeover)), ElementsAre(Action(Notify{Happening::priority_as_master})));
    EXPECT_THAT(deeds(on(machine, ConditionsChanged{{"", 100, own}}, takeover)), IsEmpty()) << "it is what it was";
}

TEST(NotifyDeleted, IsToldInsteadOfStop) {
    TimePoint takeover;
    auto const machine = master(settings(2, 1s), takeover);
    EXPECT_THAT(deeds(on(machine, Stop{.deleted = true}, takeover)),
                ElementsAre(Action(Record{VrrpState::init}), Action(SendAdvert{0}), Action(DropAddresses{}),
                            Action(ShutGate{}), Action(Notify{Happening::deleted})));
}

}  // namespace
}  // namespace drover::vrrp
