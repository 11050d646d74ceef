#include "dataplane/rounds.h"

#include <gmock/gmock.h>

namespace drover::dataplane {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

NeighbourAt neighbour(std::uint32_t number) { return {2, Address::v4(0x0a000000 + number)}; }

class RoundsTest : public ::testing::Test {
protected:
    std::vector<Question> at(Duration time) {
        return rounds_.turn(TimePoint(time), [&](NeighbourAt const& about, TimePoint) { return !silent_.contains(about); });
    }
    /// Turns all through a time; the questions with their moments.
    std::vector<std::pair<Duration, Question>> through(Duration from, Duration to) {
        std::vector<std::pair<Duration, Question>> all;
        for (auto time = from; time < to; time += Rounds::kTurn)
            for (auto const& question : at(time)) all.emplace_back(time, question);
        return all;
    }

    Rounds rounds_;
    std::set<NeighbourAt> silent_;
};

TEST_F(RoundsTest, AskANeighbourItselfAgainAndAgain) {
    rounds_.want({neighbour(1)}, TimePoint(0s));
    Question const itself{neighbour(1), false};
    EXPECT_THAT(through(0s, 1250ms),
                ElementsAre(std::pair(400ms, itself), std::pair(800ms, itself), std::pair(1200ms, itself)));
}

TEST_F(RoundsTest, AskEverybodyOnceTheNeighbourIsSilentFor150Ms) {
    rounds_.want({neighbour(1)}, TimePoint(0s));
    silent_ = {neighbour(1)};
    EXPECT_THAT(at(400ms), ElementsAre(Question{neighbour(1), false}));
    EXPECT_THAT(at(500ms), IsEmpty());
    EXPECT_THAT(at(550ms), ElementsAre(Question{neighbour(1), true}));
    EXPECT_THAT(at(600ms), IsEmpty());
}

TEST_F(RoundsTest, LookForAnAnswerSinceTheQuestion) {
    rounds_.want({neighbour(1)}, TimePoint(0s));
    at(450ms);
    std::vector<TimePoint> since;
    rounds_.turn(TimePoint(600ms), [&](NeighbourAt const&, TimePoint when) { return since.push_back(when), true; });
    EXPECT_THAT(since, ElementsAre(TimePoint(450ms)));
}

TEST_F(RoundsTest, ForgetOneThatIsNotWantedAnyMore) {
    rounds_.want({neighbour(1), neighbour(2)}, TimePoint(0s));
    EXPECT_EQ(at(400ms).size(), 2u);
    silent_ = {neighbour(1), neighbour(2)};
    rounds_.want({neighbour(2)}, TimePoint(500ms));
    EXPECT_THAT(through(500ms, 1s), ElementsAre(std::pair(550ms, Question{neighbour(2), true}),
                                                std::pair(800ms, Question{neighbour(2), false}),
                                                std::pair(950ms, Question{neighbour(2), true})));
}

TEST_F(RoundsTest, KeepTheRhythmOfOneThatIsWantedStill) {
    rounds_.want({neighbour(1)}, TimePoint(0s));
    rounds_.want({neighbour(1), neighbour(2)}, TimePoint(300ms));
    EXPECT_THAT(at(400ms), ElementsAre(Question{neighbour(1), false}));
    EXPECT_THAT(at(700ms), ElementsAre(Question{neighbour(2), false}));
}

TEST_F(RoundsTest, AskTwoThousandASecondAtMostAndAllInTurn) {
    std::set<NeighbourAt> many;
    for (std::uint32_t i = 0; i < 20'000; ++i) many.insert(neighbour(i));
    rounds_.want(many, TimePoint(0s));
    auto const round = through(400ms, 400ms + 10s);
    std::set<NeighbourAt> asked;
    for (auto const& [time, question] : round) asked.insert(question.about);
    EXPECT_EQ(round.size(), many.size());
    EXPECT_EQ(asked, many);
    EXPECT_EQ(through(10400ms, 11400ms).size(), 2000u);
}

}  // namespace
}  // namespace drover::dataplane
