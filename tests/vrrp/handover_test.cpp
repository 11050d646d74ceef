// A planned handover: two routers, and a third that only listens.
#include <gmock/gmock.h>

#include "one_machine.h"
#include "timeline.h"

namespace drover::vrrp {
namespace {

using model::VrrpState;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

Address const left = *Address::parse("10.9.0.1"), right = *Address::parse("10.9.0.2"),
              third = *Address::parse("10.9.0.3");

Settings settings(std::string name) {
    Settings made;
    made.name = std::move(name);
    return made;
}

/// `left` has priority 150 and is master, `right` 100, `third` 50.
class Handover : public testing::Test {
protected:
    void SetUp() override {
        link_.add(settings("left"), {"", 150, left});
        link_.add(settings("right"), {"", 100, right});
        link_.add(settings("third"), {"", 50, third});
        for (auto const* const who : {"left", "right", "third"}) link_.start(who);
        link_.run(5s);
        ASSERT_EQ(link_.state("left"), VrrpState::master);
        link_.forget();
    }
    void hand_over(std::string const& from, std::string const& to, Address const& from_address,
                   Address const& to_address) {
        link_.give(from, HandOver{to_address, link_.now() + 500ms});
        link_.give(to, TakeOver{from_address, link_.now() + 500ms});
    }
    std::vector<std::pair<std::string, int>> adverts() const {
        std::vector<std::pair<std::string, int>> found;
        for (auto const& entry : link_.log())
            if (auto const* const advert = std::get_if<SendAdvert>(&entry.action))
                found.emplace_back(entry.who, advert->priority);
        return found;
    }

    Timeline link_;
};

TEST_F(Handover, TheAskedOneIsMasterAtOnceAndTheOtherYieldsToItsFirstAdvert) {
    hand_over("left", "right", left, right);
    EXPECT_EQ(link_.state("right"), VrrpState::master);
    link_.run(10ms);
    EXPECT_EQ(link_.state("left"), VrrpState::backup);
    // Whoever else listens hears the new master, the resignation of the old one, and the new one again.
    EXPECT_THAT(adverts(), ElementsAre(std::pair("right", 100), std::pair("left", 0), std::pair("right", 100)));
    EXPECT_LE(link_.longest_double(), 1ms);
    EXPECT_THAT(link_.deeds_of("right"),
                ElementsAre(Action(Record{VrrpState::master}), Action(SendAdvert{100}), Action(OpenGate{}),
                            Action(TakeAddresses{}), Action(Announce{5}), Action(Notify{Happening::became_master}),
                            Action(SendAdvert{100})));
}

TEST_F(Handover, TheOldGateStaysOpenForWhatIsOnItsWay) {
    hand_over("left", "right", left, right);
    link_.run(100ms);
    EXPECT_THAT(link_.deeds_of("left"), ElementsAre(Action(Record{VrrpState::backup}), Action(SendAdvert{0}),
                                                    Action(DropAddresses{}), Action(Notify{Happening::became_backup})));
    link_.run(gate_lingers);
    EXPECT_EQ(link_.deeds_of("left").back(), Action(ShutGate{}));
}

TEST_F(Handover, AGateThatIsStillOpenShutsWithTheDaemon) {
    hand_over("left", "right", left, right);
    link_.run(10ms);
    link_.forget();
    link_.stop("left");
    EXPECT_THAT(link_.deeds_of("left"),
                ElementsAre(Action(Record{VrrpState::init}), Action(ShutGate{}), Action(Notify{Happening::stopped})));
}

TEST_F(Handover, HoldsThoughTheOldMasterHasTheHigherPriorityAndPreempts) {
    hand_over("left", "right", left, right);
    link_.run(60s);
    EXPECT_EQ(link_.state("right"), VrrpState::master);
    EXPECT_EQ(link_.state("left"), VrrpState::backup);
    EXPECT_EQ(link_.state("third"), VrrpState::backup);
    EXPECT_EQ(link_.machine("right").became_master, 1U);
}

TEST_F(Handover, IsUndoneByAnotherOne) {
    hand_over("left", "right", left, right);
    link_.run(60s);
    hand_over("right", "left", right, left);
    link_.run(60s);
    EXPECT_EQ(link_.state("left"), VrrpState::master);
    EXPECT_EQ(link_.state("right"), VrrpState::backup);
    EXPECT_LE(link_.longest_double(), 1ms);
}

TEST_F(Handover, IsOverWhenTheNewMasterDies) {
    hand_over("left", "right", left, right);
    link_.run(10s);
    link_.kill("right");
    link_.run(5s);
    EXPECT_EQ(link_.state("left"), VrrpState::master);
}

TEST_F(Handover, IsOverWhenTheNewMasterResigns) {
    hand_over("left", "right", left, right);
    link_.run(10s);
    link_.stop("right");
    link_.run(1s);
    EXPECT_EQ(link_.state("left"), VrrpState::master);
}

TEST_F(Handover, AnotherRouterWithLessPriorityIsPreemptedAsEver) {
    hand_over("left", "right", left, right);
    link_.run(10s);
    link_.kill("right");
    link_.cut("left", "third");
    link_.run(6s);
    link_.heal();
    link_.run(6s);
    EXPECT_EQ(link_.state("left"), VrrpState::master);
    EXPECT_EQ(link_.state("third"), VrrpState::backup);
}

TEST_F(Handover, AnAnswerByAnotherWayIsEnough) {
    link_.give("left", HandOver{right, link_.now() + 500ms});
    link_.cut("left", "right");  // no advert comes
    link_.give("right", TakeOver{left, link_.now() + 500ms});
    link_.give("left", HandoverEnded{.taken = true});
    EXPECT_EQ(link_.state("left"), VrrpState::backup);
    link_.heal();
    link_.run(10s);
    EXPECT_EQ(link_.state("right"), VrrpState::master);
}

TEST_F(Handover, TheNewMasterDoesNotYieldToAnAdvertThatWasOnItsWay) {
    link_.give("right", TakeOver{left, link_.now() + 500ms});
    link_.give("right", AdvertHeard{left, 150, 1s});
    EXPECT_EQ(link_.state("right"), VrrpState::master);
}

TEST_F(Handover, WhoDoesNotHearThatItIsRelievedIsMasterAgain) {
    link_.give("right", TakeOver{left, link_.now() + 500ms});  // and nobody tells `left`
    link_.run(3s);
    EXPECT_EQ(link_.state("left"), VrrpState::master);
    EXPECT_EQ(link_.state("right"), VrrpState::backup);
    EXPECT_LE(link_.longest_double(), 500ms + 1s);
}

TEST_F(Handover, AfterARefusalNothingHasChanged) {
    link_.give("left", HandOver{right, link_.now() + 500ms});
    link_.give("left", HandoverEnded{.taken = false});
    EXPECT_THAT(link_.deeds_of("left"), IsEmpty());
    link_.give("left", AdvertHeard{right, 100, 1s});
    EXPECT_EQ(link_.state("left"), VrrpState::master) << "an advert of the peer is a challenge again";
}

TEST_F(Handover, IsNothingForOneInFault) {
    link_.fault("right", "interface eth0 down");
    link_.forget();
    link_.give("right", TakeOver{left, link_.now() + 500ms});
    EXPECT_EQ(link_.state("right"), VrrpState::fault);
    EXPECT_THAT(link_.deeds_of("right"), IsEmpty());
}

TEST_F(Handover, TheOthersOfASyncGroupFollowTheSameWay) {
    link_.give("left", HandOver{right, link_.now() + 500ms});
    link_.give("left", MoveTo{VrrpState::backup, "with its sync group pair"});
    EXPECT_THAT(link_.deeds_of("left"), Contains(Action(SendAdvert{0})));
    EXPECT_EQ(link_.machine("left").gave_to, right);
}

TEST(HandoverOfAnOwner, HoldsToo) {
    Timeline link;
    link.add(settings("left"), {"", 255, left});
    link.add(settings("right"), {"", 100, right});
    for (auto const* const who : {"left", "right"}) link.start(who);
    link.run(2s);
    link.give("left", HandOver{right, link.now() + 500ms});
    link.give("right", TakeOver{left, link.now() + 500ms});
    link.run(60s);
    EXPECT_EQ(link.state("right"), VrrpState::master);
    EXPECT_EQ(link.state("left"), VrrpState::backup);
}

TEST(MachineOfAnUpgrade, TellsNobodyOfABackupAgainAndKnowsWhomItHandedOverTo) {
    Machine machine;
    machine.settings.name = "vi";
    auto const step = on(machine, Start{{"", 150, own}, {}, VrrpState::backup, peer}, start_time);
    EXPECT_THAT(step.actions, Not(Contains(testing::VariantWith<Notify>(testing::_))));
    auto const heard = on(step.next, AdvertHeard{peer, 100, 1s}, start_time + 1s).next;
    auto const later = on(heard, TimerExpired{}, start_time + 4s).next;
    EXPECT_EQ(later.state, VrrpState::backup);
}

TEST(MachineOfAnUpgrade, TellsNobodyOfTheSameFaultAgain) {
    Machine machine;
    machine.settings.name = "vi";
    Conditions const faulty{"script chk failed", 100, own};
    EXPECT_THAT(on(machine, Start{faulty, {}, VrrpState::fault, {}}, start_time).actions,
                Not(Contains(testing::VariantWith<Notify>(testing::_))));
    EXPECT_THAT(on(machine, Start{faulty, {}, VrrpState::backup, {}}, start_time).actions,
                Contains(Action(Notify{Happening::became_fault})));
}

}  // namespace
}  // namespace drover::vrrp
