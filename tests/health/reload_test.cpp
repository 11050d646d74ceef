#include "health/reload.h"

#include <gtest/gtest.h>

namespace drover::health {
namespace {

model::Check tcp() {
    model::Check check;
    check.what = model::TcpCheck{};
    check.target = {*Address::parse("10.0.0.5"), 80};
    return check;
}

model::Check http(std::string path) {
    auto check = tcp();
    model::HttpCheck what;
    what.urls.emplace_back().path = std::move(path);
    check.what = what;
    return check;
}

TEST(Reload, KnowsACheckAgainWhateverItsTiming) {
    auto other = tcp();
    other.timing.delay_loop = 1s;
    other.alpha = other.log_all_failures = true;
    other.origin = {std::make_shared<std::string const>("keepalived.conf"), 12, 5};
    EXPECT_TRUE(is_same_check(tcp(), other));
    EXPECT_FALSE(is_same_check(tcp(), http("/")));
    EXPECT_FALSE(is_same_check(http("/a"), http("/b")));
    other.target.port = 81;
    EXPECT_FALSE(is_same_check(tcp(), other));
    other = tcp();
    other.fwmark = 3;
    EXPECT_FALSE(is_same_check(tcp(), other));
}

TEST(Reload, LeavesAKnownServerWhereItIsUntilANewCheckDecides) {
    auto alpha = tcp();
    alpha.alpha = true;
    EXPECT_TRUE(judge_of_new_check(tcp(), std::nullopt).up);
    EXPECT_FALSE(judge_of_new_check(alpha, std::nullopt).up);
    EXPECT_TRUE(judge_of_new_check(alpha, true).up);
    EXPECT_FALSE(judge_of_new_check(tcp(), false).up);
    for (bool const was_up : {true, false})
        for (bool const passes : {true, false})
            EXPECT_EQ(judge(judge_of_new_check(tcp(), was_up), tcp(), passes).next.up, passes)
                << "one attempt decides, either way";
}

TEST(Reload, LetsANewCheckOfAKnownServerDecideSoon) {
    model::CheckTiming timing;  // delay_loop and warm-up of a minute
    auto const now = TimePoint(100s);
    EXPECT_EQ(first_attempt_of_new_check(timing, std::nullopt, now, 0.5), now + 31s);
    EXPECT_EQ(first_attempt_of_new_check(timing, false, now, 0.5), now + 500ms);
    EXPECT_EQ(first_attempt_of_new_check(timing, true, now, 1.0), now + 1s);
}

TEST(Reload, DoesNotWaitForAnOldDelayThatIsLongerThanTheNewOne) {
    model::CheckTiming timing;
    timing.delay_loop = 2s;
    auto const now = TimePoint(100s);
    EXPECT_EQ(replanned_attempt(timing, Judge{}, now + 3600s, now), now + 2s);
    EXPECT_EQ(replanned_attempt(timing, Judge{}, now + 1s, now), now + 1s);
}

}  // namespace
}  // namespace drover::health
