// Scripts, numbers in files and processes: when are they good, and what do they do to an instance.
#include <gmock/gmock.h>

#include "vrrp/conditions.h"
#include "vrrp/track_process.h"
#include "vrrp/track_script.h"

namespace drover::vrrp {
namespace {

using model::TrackKind;

Address const own = *Address::parse("10.0.0.1");

Judgement judged(std::vector<model::Tracked> tracks, std::vector<SeenTrack> seen) {
    model::Instance instance;
    instance.interface = "eth0";
    instance.priority = 100;
    instance.tracks = std::move(tracks);
    Surroundings surroundings{{{"eth0", true}}, {{"eth0", own, false}}, {"eth0"}, {}, std::move(seen)};
    return judge(instance, surroundings);
}

TEST(Tracking, AScriptOfWeightNoughtIsAFaultWhenItFails) {
    std::vector<model::Tracked> const tracks{{TrackKind::script, "chk", 0, false, {}}};
    EXPECT_EQ(judged(tracks, {{TrackKind::script, "chk", 0}}).conditions.fault, "script chk failed");
    EXPECT_EQ(judged(tracks, {{TrackKind::script, "chk", 1}}).conditions.fault, "");
    EXPECT_EQ(judged(tracks, {{TrackKind::script, "chk", std::nullopt}}).waits_for, "the first result of script chk");
    EXPECT_EQ(judged(tracks, {{TrackKind::file, "chk", 0}}).waits_for, "the first result of script chk") << "a file of that name is another thing";
}

TEST(Tracking, WeightsAreAddedWhileGoodAndTakenAwayWhileBad) {
    struct Case {
        int weight;
        bool reverse;
        std::optional<int> value;
        int priority;
    };
    Case const cases[] = {{20, false, 1, 120}, {20, false, 0, 100}, {-20, false, 1, 100}, {-20, false, 0, 80},
                          {20, true, 1, 80}, {20, true, 0, 100}, {-20, true, 1, 100}, {-20, true, 0, 120},  {253, false, 1, 254}, {-253, false, 0, 1},
                          {20, false, std::nullopt, 100}, {-20, false, std::nullopt, 100}};
    for (auto const& c : cases) {
        auto const judgement = judged({{TrackKind::script, "chk", c.weight, c.reverse, {}}}, {{TrackKind::script, "chk", c.value}});
        EXPECT_EQ(judgement.conditions.priority, c.priority) << c.weight << c.reverse << c.value.value_or(-1);
        EXPECT_EQ(judgement.conditions.fault + judgement.waits_for, "");
    }
}

TEST(Tracking, ANumberInAFileIsAddedTimesTheWeight) {
    struct Case {
        int weight;
        bool reverse;
        int number;
        int priority;
        char const* fault;
    };
    Case const cases[] = {{1, false, 20, 120, ""}, {2, false, -20, 60, ""},   {1, true, 20, 80, ""},
                          {0, false, 0, 100, ""},  {0, false, 3, 100, "file f says 3"}, {1, false, -254, 100, "file f says -254"},
                          {2, false, 1'000'000'000, 254, ""}};
    for (auto const& c : cases) {
        auto const judgement = judged({{TrackKind::file, "f", c.weight, c.reverse, {}}}, {{TrackKind::file, "f", c.number}});
        EXPECT_EQ(judgement.conditions.priority, c.priority) << c.weight << " x " << c.number;
        EXPECT_EQ(judgement.conditions.fault, c.fault);
    }
}

TEST(ScriptJudge, TheFirstResultDecidesAndThenRiseAndFallCount) {
    model::TrackScript script;
    script.rise = 2;
    script.fall = 3;
    ScriptJudge judge(script);
    EXPECT_EQ(judge.good(), std::nullopt);
    EXPECT_TRUE(judge.result(true));
    EXPECT_FALSE(judge.result(false));
    EXPECT_FALSE(judge.result(false));
    EXPECT_FALSE(judge.result(true)) << "the row is broken";
    EXPECT_FALSE(judge.result(false));
    EXPECT_FALSE(judge.result(false));
    EXPECT_EQ(judge.good(), true);
    EXPECT_TRUE(judge.result(false));
    EXPECT_EQ(judge.good(), false);
    EXPECT_FALSE(judge.result(true));
    EXPECT_TRUE(judge.result(true));
}

TEST(ScriptJudge, WithInitFailItIsBadUntilItHasRisen) {
    model::TrackScript script;
    script.init_fail = true;
    script.rise = 2;
    ScriptJudge judge(script);
    EXPECT_EQ(judge.good(), false);
    EXPECT_FALSE(judge.result(true));
    EXPECT_TRUE(judge.result(true));
}

TEST(TrackProcess, IsKnownByItsNameItsPathAndItsParameters) {
    using Match = model::TrackProcess::Match;
    struct Case {
        char const* program;
        std::vector<std::string> parameters;
        Match match;
        std::vector<std::string> runs;
        bool meant;
    };
    Case const cases[] = {
        {"nginx", {}, Match::none, {"/usr/sbin/nginx", "-g", "x"}, true},
        {"/usr/sbin/nginx", {}, Match::none, {"/usr/sbin/nginx"}, true},
        {"/opt/nginx", {}, Match::none, {"/usr/sbin/nginx"}, false},
        {"apache", {}, Match::none, {"nginx"}, false},
        {"nginx", {"-g"}, Match::exact, {"nginx", "-g"}, true},
        {"nginx", {"-g"}, Match::exact, {"nginx", "-g", "x"}, false},
        {"nginx", {"-g"}, Match::initial, {"nginx", "-g", "x"}, true},
        {"nginx", {"-g", "a"}, Match::initial, {"nginx", "-g", "abc"}, false},
        {"nginx", {"-g", "a"}, Match::partial, {"nginx", "-g", "abc"}, true},
        {"nginx", {"-g"}, Match::initial, {"nginx"}, false},
        {"nginx", {}, Match::none, {}, false},
    };
    for (auto const& c : cases) {
        model::TrackProcess process;
        process.program = c.program;
        process.parameters = c.parameters;
        process.match = c.match;
        EXPECT_EQ(is_meant(process, "nginx", c.runs), c.meant) << c.program;
    }
    model::TrackProcess longer;
    longer.program = "a-program-with-a-long-name";
    EXPECT_TRUE(may_be_meant(longer, "a-program-with-"));
}

TEST(TrackProcess, TheQuorumCountsAfterItsDelay) {
    model::TrackProcess process;
    process.quorum = 2;
    process.terminate_delay = 1s;
    QuorumJudge judge;
    TimePoint const start{std::chrono::hours(1)};
    EXPECT_TRUE(judge.count(process, 2, start));
    EXPECT_FALSE(judge.count(process, 1, start + 1s));
    EXPECT_FALSE(judge.count(process, 2, start + 1500ms));
    EXPECT_FALSE(judge.count(process, 1, start + 2s));
    EXPECT_TRUE(judge.count(process, 1, start + 3s));
    EXPECT_EQ(judge.good(), false);
    EXPECT_TRUE(judge.count(process, 3, start + 4s)) << "fork_delay is 0";
    process.quorum_max = 2;
    EXPECT_FALSE(judge.count(process, 3, start + 5s));
    EXPECT_TRUE(judge.count(process, 3, start + 6s));
}

}  // namespace
}  // namespace drover::vrrp
