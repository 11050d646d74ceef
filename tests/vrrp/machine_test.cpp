// One machine: what it does, in which order, and what it says. The log lines are keepalived 2.2.7's.
#include "vrrp/machine.h"

#include <gmock/gmock.h>

#include "one_machine.h"
#include "vrrp/resume.h"

namespace drover::vrrp {
namespace {

using log::Level;
using model::VrrpState;
using testing::ElementsAre;
using testing::IsEmpty;

Machine fresh() {
    Machine machine;
    machine.settings.name = "vi";
    return machine;
}
Conditions conditions(int priority = 100) { return {"", priority, own}; }
Conditions faulty(std::string why) { return {std::move(why), 100, own}; }

std::vector<std::string> said(Step const& step) {
    std::vector<std::string> lines;
    for (auto const& action : step.actions)
        if (auto const* report = std::get_if<Report>(&action)) lines.push_back(report->text);
    return lines;
}

Machine backup(int priority = 100) { return on(fresh(), Start{conditions(priority), {}}, start_time).next; }
TimePoint const takeover = start_time + master_down_interval(1s, 100);
Machine master() { return on(backup(), TimerExpired{}, takeover).next; }

TEST(Machine, StartsAsBackupWithGateShutAndLeftOversRemoved) {
    auto const step = on(fresh(), Start{conditions(), {}}, start_time);
    EXPECT_EQ(step.next.state, VrrpState::backup);
    EXPECT_THAT(deeds(step), ElementsAre(Action(ShutGate{}), Action(DropAddresses{}), Action(Record{VrrpState::backup}),
                                         Action(Notify{Happening::became_backup})));
    EXPECT_THAT(said(step), ElementsAre("(vi) Entering BACKUP STATE (init)"));
    EXPECT_EQ(wakes_at(step.next), start_time + 3s + 609375us);
}

TEST(Machine, TakesOverInTheOrderAdvertGateAddressesAnnouncement) {
    auto const step = on(backup(), TimerExpired{}, takeover);
    EXPECT_EQ(step.next.state, VrrpState::master);
    EXPECT_THAT(deeds(step), ElementsAre(Action(Record{VrrpState::master}), Action(SendAdvert{100}), Action(OpenGate{}),
                                         Action(TakeAddresses{}), Action(Announce{5}),
                                         Action(Notify{Happening::became_master})));
    EXPECT_THAT(said(step), ElementsAre("(vi) Receive advertisement timeout", "(vi) Entering MASTER STATE"));
    EXPECT_EQ(step.next.became_master, 1U);
}

TEST(Machine, DoesNothingBeforeItsTime) {
    auto const step = on(backup(), TimerExpired{}, takeover - 1us);
    EXPECT_EQ(step.next.state, VrrpState::backup);
    EXPECT_THAT(step.actions, IsEmpty());
}

TEST(Machine, GivesUpInTheOrderRecordAddressesGate) {
    auto const step = on(master(), AdvertHeard{peer, 150}, takeover + 500ms);
    EXPECT_EQ(step.next.state, VrrpState::backup);
    EXPECT_THAT(deeds(step), ElementsAre(Action(Record{VrrpState::backup}), Action(DropAddresses{}), Action(ShutGate{}),
                                         Action(Notify{Happening::became_backup})));
    EXPECT_THAT(said(step), ElementsAre("(vi) Master received advert from 10.0.0.3 with higher priority 150, ours 100",
                                        "(vi) Entering BACKUP STATE"));
    EXPECT_EQ(wakes_at(step.next), takeover + 500ms + master_down_interval(1s, 100));
}

TEST(Machine, StopsWithPriorityZero) {
    auto const step = on(master(), Stop{}, takeover + 1s);
    EXPECT_EQ(step.next.state, VrrpState::init);
    EXPECT_THAT(deeds(step), ElementsAre(Action(Record{VrrpState::init}), Action(SendAdvert{0}), Action(DropAddresses{}),
                                         Action(ShutGate{}), Action(Notify{Happening::stopped})));
    EXPECT_THAT(said(step), ElementsAre("(vi) sent 0 priority"));
    EXPECT_EQ(wakes_at(step.next), std::nullopt);
}

TEST(Machine, ABackupStopsSilently) {
    EXPECT_THAT(deeds(on(backup(), Stop{}, start_time)),
                ElementsAre(Action(Record{VrrpState::init}), Action(Notify{Happening::stopped})));
}

TEST(Machine, AFaultOfAMasterSendsPriorityZeroAndGivesUp) {
    auto const step = on(master(), ConditionsChanged{faulty("interface eth0 down")}, takeover + 1s);
    EXPECT_EQ(step.next.state, VrrpState::fault);
    EXPECT_THAT(deeds(step),
                ElementsAre(Action(Record{VrrpState::fault}), Action(SendAdvert{0}), Action(DropAddresses{}),
                            Action(ShutGate{}), Action(Notify{Happening::became_fault})));
    EXPECT_THAT(said(step), ElementsAre("(vi): entering FAULT state (interface eth0 down)", "(vi) Entering FAULT STATE",
                                        "(vi) sent 0 priority"));
    EXPECT_EQ(step.next.why, "interface eth0 down");
    EXPECT_EQ(wakes_at(step.next), std::nullopt);
}

TEST(Machine, AFaultAtTheStartRemovesLeftOvers) {
    auto const step = on(fresh(), Start{faulty("interface eth0 down"), start_time - 1s}, start_time);
    EXPECT_THAT(deeds(step), ElementsAre(Action(ShutGate{}), Action(DropAddresses{}), Action(Record{VrrpState::fault}),
                                         Action(Notify{Happening::became_fault})));
}

TEST(Machine, AFaultEndsInBackupAndDownIntervalsStartAnew) {
    auto machine = on(master(), ConditionsChanged{faulty("interface eth0 down")}, takeover + 1s).next;
    auto const step = on(machine, ConditionsChanged{conditions()}, takeover + 60s);
    EXPECT_THAT(said(step), ElementsAre("(vi) Entering BACKUP STATE"));
    EXPECT_THAT(deeds(step), ElementsAre(Action(Record{VrrpState::backup}), Action(Notify{Happening::became_backup})));
    EXPECT_EQ(wakes_at(step.next), takeover + 60s + master_down_interval(1s, 100));
}

TEST(Machine, InFaultNothingHeardMatters) {
    auto const machine = on(fresh(), Start{faulty("interface eth0 down"), {}}, start_time).next;
    EXPECT_THAT(on(machine, AdvertHeard{peer, 0}, start_time + 1s).actions, IsEmpty());
    EXPECT_THAT(on(machine, TimerExpired{}, start_time + 60s).actions, IsEmpty());
}

TEST(Machine, AdvertisesEveryInterval) {
    auto step = on(master(), TimerExpired{}, takeover + 1s);
    EXPECT_THAT(deeds(step), ElementsAre(Action(SendAdvert{100})));
    step = on(step.next, TimerExpired{}, takeover + 2s);
    EXPECT_THAT(deeds(step), ElementsAre(Action(SendAdvert{100})));
}

TEST(Machine, AnnouncesAgainAfterTheDelayAndThenNoMore) {
    auto machine = backup();
    machine.settings.garp.delay = 6s;
    machine = on(machine, TimerExpired{}, takeover).next;
    int announced = 0;
    for (auto now = takeover; now < takeover + 60s;) {
        now = *wakes_at(machine);
        auto step = on(machine, TimerExpired{}, now);
        for (auto const& action : deeds(step)) {
            if (!std::holds_alternative<Announce>(action)) continue;
            EXPECT_EQ(action, Action(Announce{5}));
            EXPECT_EQ(now, takeover + 6s);
            ++announced;
        }
        machine = step.next;
    }
    EXPECT_EQ(announced, 1);
}

TEST(Machine, RefreshesItsAnnouncements) {
    auto machine = backup();
    machine.settings.garp = {5, 0s, 10s, 2};
    machine = on(machine, TimerExpired{}, takeover).next;
    int refreshed = 0;
    for (auto now = takeover; now < takeover + 35s;) {
        now = *wakes_at(machine);
        auto step = on(machine, TimerExpired{}, now);
        refreshed += static_cast<int>(std::ranges::count(step.actions, Action(Announce{2})));
        machine = step.next;
    }
    EXPECT_EQ(refreshed, 3);
}

TEST(Machine, AnswersALowerAdvertAtOnceButAStormOfThemOnlyNowAndThen) {
    auto const told = Action(Notify{Happening::heard_lower});
    auto step = on(master(), AdvertHeard{peer, 90}, takeover + 300ms);
    EXPECT_THAT(deeds(step), ElementsAre(Action(SendAdvert{100}), Action(Announce{5}), told));
    EXPECT_THAT(on(step.next, AdvertHeard{peer, 90}, takeover + 300ms).actions, IsEmpty());
}

TEST(Machine, PriorityZeroMakesABackupWaitOnlyForTheSkew) {
    auto const heard = start_time + 1s;
    EXPECT_EQ(wakes_at(on(backup(), AdvertHeard{peer, 0}, heard).next), heard + skew(100));
    // But a storm of them does not put the takeover off.
    auto machine = backup();
    for (auto now = heard; now < heard + 10s; now += 1ms) machine = on(machine, AdvertHeard{peer, 0}, now).next;
    EXPECT_EQ(wakes_at(machine), heard + skew(100));
}

TEST(Machine, AMasterAnswersPriorityZeroWithItsAdvert) {
    auto const step = on(master(), AdvertHeard{peer, 0}, takeover + 300ms);
    EXPECT_THAT(said(step), ElementsAre("(vi) Master received priority 0 message"));
    EXPECT_THAT(deeds(step), ElementsAre(Action(SendAdvert{100})));
}

TEST(Machine, OneWithOurAddressAndPriorityIsReportedNotObeyed) {
    auto const step = on(master(), AdvertHeard{own, 100}, takeover + 300ms);
    EXPECT_EQ(step.next.state, VrrpState::master);
    EXPECT_THAT(said(step), ElementsAre("(vi) WARNING - equal priority advert received from remote host with our IP "
                                        "address."));
}

TEST(Machine, AnEqualAdvertCountsForABackup) {
    auto const step = on(backup(), AdvertHeard{peer, 100}, start_time + 2s);
    EXPECT_EQ(wakes_at(step.next), start_time + 2s + master_down_interval(1s, 100));
}

TEST(Machine, ALowerAdvertCountsForABackupThatDoesNotPreempt) {
    auto machine = backup();
    machine.settings.preempt = false;
    EXPECT_EQ(wakes_at(on(machine, AdvertHeard{peer, 1}, start_time + 2s).next),
              start_time + 2s + master_down_interval(1s, 100));
}

TEST(Machine, APriorityChangeShiftsTheRunningTimer) {
    auto const step = on(backup(), ConditionsChanged{conditions(80)}, start_time + 1s);
    EXPECT_EQ(wakes_at(step.next), start_time + master_down_interval(1s, 80));
    EXPECT_THAT(said(step), ElementsAre("(vi) Changing effective priority from 100 to 80"));
}

TEST(Machine, TheOwnerDoesNotWait) {
    auto step = on(fresh(), Start{conditions(255), {}}, start_time);
    EXPECT_THAT(said(step), IsEmpty());
    EXPECT_EQ(wakes_at(step.next), start_time);
    step = on(step.next, TimerExpired{}, start_time);
    EXPECT_EQ(step.next.state, VrrpState::master);
}

TEST(Machine, ALateMasterYieldsEvenToALowerPriority) {
    auto const step = on(master(), AdvertHeard{peer, 1}, takeover + 3s + 1us);
    EXPECT_EQ(step.next.state, VrrpState::backup);
    EXPECT_THAT(deeds(step), ElementsAre(Action(Record{VrrpState::backup}), Action(DropAddresses{}), Action(ShutGate{}),
                                         Action(Notify{Happening::became_backup})));
}

TEST(Machine, ALateMasterSaysNothingToOneWhoResigns) {
    // Another may have claimed the addresses since: that advert comes next.
    auto const step = on(master(), AdvertHeard{peer, 0}, takeover + 10s);
    EXPECT_THAT(deeds(step), IsEmpty());
    auto const then = on(step.next, AdvertHeard{peer, 90}, takeover + 10s);
    EXPECT_EQ(then.next.state, VrrpState::backup);
}

TEST(Machine, AtThreeIntervalsItIsNotLateYet) {
    EXPECT_FALSE(is_late(master(), takeover + 3s));
    EXPECT_TRUE(is_late(master(), takeover + 3s + 1us));
    EXPECT_FALSE(is_late(backup(), start_time + 60s));
}

TEST(Machine, AReloadWithAnotherIntervalAdvertisesByIt) {
    auto machine = backup();
    machine.settings.interval = 10s;
    machine = on(machine, TimerExpired{}, takeover).next;
    auto settings = machine.settings;
    settings.interval = 1s;
    auto const step = on(machine, Reconfigured{settings, conditions(120)}, takeover + 2s);
    EXPECT_EQ(step.next.state, VrrpState::master);
    EXPECT_EQ(wakes_at(step.next), takeover + 3s);
    EXPECT_THAT(said(step), ElementsAre("(vi) Changing effective priority from 100 to 120"));
    EXPECT_THAT(deeds(step), IsEmpty());
}

TEST(Machine, ResumesAsMasterWithoutTouchingGateOrAddressesBeyondAskingForThem) {
    auto const step = on(fresh(), Start{conditions(), start_time - 2s}, start_time);
    EXPECT_EQ(step.next.state, VrrpState::master);
    EXPECT_THAT(deeds(step), ElementsAre(Action(Record{VrrpState::master}), Action(SendAdvert{100}), Action(OpenGate{}),
                                         Action(TakeAddresses{.announce_missing = true})));
    EXPECT_EQ(step.next.became_master, 0U);
}

// ---- resume.h

TEST(Resume, OnlyAfterACrashOfAMasterInThisBootWithinThreeIntervals) {
    model::Instance instance;
    instance.virtual_router_id = 60;
    SavedRole const good{VrrpState::master, start_time - 3s, 1s, 60, 77};
    struct Case {
        char const* what;
        std::optional<SavedRole> saved;
        bool resumes;
    };
    auto with = [&](auto change) {
        auto role = good;
        change(role);
        return std::optional(role);
    };
    Case const cases[] = {
        {"a crash 3 s ago", good, true},
        {"nothing saved", std::nullopt, false},
        {"it was backup", with([](SavedRole& r) { r.state = VrrpState::backup; }), false},
        {"an orderly stop", with([](SavedRole& r) { r.state = VrrpState::init; }), false},
        {"a crash too long ago", with([](SavedRole& r) { r.last_advert -= 1us; }), false},
        {"longer intervals give more time",
         with([](SavedRole& r) { r.last_advert -= 20s, r.interval = 10s; }), true},
        {"another boot", with([](SavedRole& r) { r.boot = 78; }), false},
        {"boot time went backwards", with([](SavedRole& r) { r.last_advert = start_time + 1us; }), false},
        {"another virtual router", with([](SavedRole& r) { r.virtual_router_id = 61; }), false},
    };
    for (auto const& c : cases)
        EXPECT_EQ(may_resume(c.saved, instance, start_time, 77).has_value(), c.resumes) << c.what;
}

}  // namespace
}  // namespace drover::vrrp
