// The judge on a virtual clock: a check is played against a server whose health is a function of time.
#include "health/judge.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "health/lines.h"
#include "health/schedule.h"

namespace drover::health {
namespace {

model::Check tcp_check(int retry, Duration delay_loop = 10s, Duration delay_before_retry = 1s) {
    model::Check check;
    check.what = model::TcpCheck{};
    check.timing.retry = retry;
    check.timing.delay_loop = check.timing.warmup = delay_loop;
    check.timing.delay_before_retry = delay_before_retry;
    check.timing.connect_timeout = 5s;
    return check;
}

model::Check http_check(int urls, int retry) {
    auto check = tcp_check(retry, 10s, 3s);
    model::HttpCheck http;
    for (int i = 0; i < urls; ++i) {
        model::HttpUrl url;
        url.path = "/" + std::to_string(i);
        http.urls.push_back(url);
    }
    check.what = http;
    return check;
}

/// Plays results ('+' passed, '-' failed) and writes down the verdict of each.
std::string play(model::Check const& check, std::string_view results, Judge* end = nullptr) {
    Judge judge_now = new_judge(check);
    std::string seen;
    for (char const c : results) {
        auto const judgement = judge(judge_now, check, c == '+');
        judge_now = judgement.next;
        switch (judgement.verdict) {
            case Verdict::none:
                seen += '.';
                break;
            case Verdict::retrying:
                seen += 'r';
                break;
            case Verdict::found_up:
                seen += 'u';
                break;
            case Verdict::came_up:
                seen += 'U';
                break;
            case Verdict::found_down:
                seen += 'd';
                break;
            case Verdict::went_down:
                seen += 'D';
                break;
        }
    }
    if (end != nullptr) *end = judge_now;
    return seen;
}

TEST(Judge, TakesAServerForUpBeforeItsFirstCheckUnlessAlpha) {
    auto check = tcp_check(1);
    EXPECT_TRUE(new_judge(check).up);
    check.alpha = true;
    EXPECT_FALSE(new_judge(check).up);
    EXPECT_FALSE(new_judge(check).decided);
}

TEST(Judge, CountsFailuresAndSuccesses) {
    struct Case {
        char const* story;
        int retry;
        bool alpha;
        char const* results;
        char const* verdicts;
    };
    for (auto const& c : std::vector<Case>{
             {"the first result decides with one failure", 3, false, "-", "D"},
             {"the first success confirms", 3, false, "+++", "u.."},
             {"one failure and three retries", 3, false, "+----", "urrrD"},
             {"a success within the retries forgives all of them", 2, false, "+--+--+---", "urr.rr.rrD"},
             {"no retry: down at once", 0, false, "+-", "uD"},
             {"down: one success is enough", 3, false, "+----+", "urrrDU"},
             {"down: failures count no further", 1, false, "+--------+", "urD......U"},
             {"up again: it has its retries again", 1, false, "-+-+--", "DUr.rD"},
             {"alpha: down from the start, one success brings it in", 1, true, "+", "U"},
             {"alpha: the first failure is said once", 1, true, "---+--", "d..UrD"},
         }) {
        auto check = tcp_check(c.retry);
        check.alpha = c.alpha;
        EXPECT_EQ(play(check, c.results), c.verdicts) << c.story;
    }
}

TEST(Judge, AsksForOneUrlAtATimeInTurn) {
    auto const check = http_check(3, 1);
    Judge judge_now = new_judge(check);
    std::vector<std::size_t> asked;
    for (int i = 0; i < 7; ++i) {
        asked.push_back(judge_now.url);
        judge_now = judge(judge_now, check, true).next;
    }
    EXPECT_EQ(asked, (std::vector<std::size_t>{0, 1, 2, 0, 1, 2, 0}));
}

TEST(Judge, BringsAServerUpOnlyWhenAllUrlsPassedInARow) {
    EXPECT_EQ(play(http_check(3, 0), "-+++"), "D..U");
    EXPECT_EQ(play(http_check(3, 0), "-++-+++"), "D.....U");
    auto alpha = http_check(3, 0);
    alpha.alpha = true;
    EXPECT_EQ(play(alpha, "+++"), "..U");
    EXPECT_EQ(play(http_check(3, 1), "+++"), "..u");
}

TEST(Judge, TriesTheFailedUrlAgainAndNotTheNextOne) {
    auto const check = http_check(3, 2);
    Judge end;
    EXPECT_EQ(play(check, "+--", &end), ".rr");
    EXPECT_EQ(end.url, 1u);
    EXPECT_EQ(play(check, "+--+", &end), ".rr.");
    EXPECT_EQ(end.url, 2u);
    EXPECT_EQ(play(check, "+---", &end), ".rrD");
    EXPECT_EQ(end.url, 1u) << "and a server that is down is asked for what it lacked";
}

TEST(Judge, SurvivesAReloadThatTakesUrlsAway) {
    Judge judge_now = new_judge(http_check(3, 1));
    judge_now.url = 2;
    auto const judgement = judge(judge_now, http_check(1, 1), true);
    EXPECT_EQ(judgement.next.url, 0u);
    EXPECT_EQ(judgement.verdict, Verdict::found_up);
}

TEST(Schedule, StartsASecondAndAShareOfTheWarmupLater) {
    model::CheckTiming timing;
    timing.warmup = 60s;
    auto const now = TimePoint(100s);
    EXPECT_EQ(first_attempt(timing, now, 0.0), now + 1s);
    EXPECT_EQ(first_attempt(timing, now, 0.5), now + 31s);
    EXPECT_EQ(first_attempt(timing, now, 1.0), now + 61s);
    timing.warmup = 0s;
    EXPECT_EQ(first_attempt(timing, now, 0.7), now + 1s);
}

TEST(Schedule, LimitsAWholeAttempt) {
    model::CheckTiming timing;
    timing.connect_timeout = 5s;
    EXPECT_EQ(total_limit(timing), 20s);
    timing.connect_timeout = 100ms;
    EXPECT_EQ(total_limit(timing), 10s);
}

/// When a check that runs since 0 says the first thing other than "nothing new" after `from`.
struct Timeline {
    model::Check check;
    std::function<bool(TimePoint)> is_alive;
    Duration failure_takes{0};  // a refused connection at once, a silent server connect_timeout

    TimePoint first_verdict_after(TimePoint from, Verdict wanted) const {
        Judge now = new_judge(check);
        TimePoint at = first_attempt(check.timing, TimePoint(0s), 0.5);
        for (int attempts = 0; attempts < 1000; ++attempts) {
            bool const alive = is_alive(at);
            if (!alive) at += failure_takes;
            auto const judgement = judge(now, check, alive);
            now = judgement.next;
            if (judgement.verdict == wanted && at >= from) return at;
            at = next_attempt(check.timing, now, at);
        }
        return TimePoint::max();
    }
};

TEST(Judge, FindsADeadServerWithinKeepalivedsWorstCase) {
    for (int const retry : {0, 1, 3}) {
        auto const check = tcp_check(retry, 10s, 3s);
        auto const& t = check.timing;
        auto const bound = t.delay_loop + t.connect_timeout + retry * (t.delay_before_retry + t.connect_timeout);
        Duration worst{0};
        for (auto death = TimePoint(100s); death < TimePoint(110s); death += 100ms) {
            Timeline const timeline{check, [&](TimePoint now) { return now < death; }, t.connect_timeout};
            worst = std::max(worst, timeline.first_verdict_after(death, Verdict::went_down) - death);
        }
        EXPECT_LE(worst, bound) << retry;
        EXPECT_GT(worst, bound - 200ms) << "the bound is tight, retry " << retry;
    }
}

TEST(Judge, FindsARevivedServerWithinADelayLoop) {
    auto const check = tcp_check(3, 10s, 1s);
    auto const revival = TimePoint(203'300ms);
    Timeline const timeline{check, [&](TimePoint now) { return now < TimePoint(100s) || now >= revival; }};
    EXPECT_LE(timeline.first_verdict_after(revival, Verdict::came_up), revival + 10s);
}

TEST(Judge, JudgesADeadServerAtTheFirstAttemptAfterTheStart) {
    Timeline const timeline{tcp_check(3, 60s, 1s), [](TimePoint) { return false; }, 5s};
    EXPECT_EQ(timeline.first_verdict_after(TimePoint(0s), Verdict::went_down), TimePoint(31s + 5s));
}

TEST(Lines, AreKeepalivedsWordForWord) {
    std::string const server = "[172.51.96.235]:tcp:80";
    auto const line = [&](model::Check const& check, Verdict verdict, int retries = 0) {
        return judgement_line(check, server, Judgement{{}, verdict, retries});
    };
    auto const tcp = tcp_check(1);
    auto const http = http_check(1, 1);
    EXPECT_EQ(line(tcp, Verdict::came_up), "TCP connection to [172.51.96.235]:tcp:80 success.");
    EXPECT_EQ(line(tcp, Verdict::found_up), "TCP connection to [172.51.96.235]:tcp:80 success.");
    EXPECT_EQ(line(tcp, Verdict::went_down, 1), "TCP_CHECK on service [172.51.96.235]:tcp:80 failed after 1 retries.");
    EXPECT_EQ(line(tcp, Verdict::found_down), "TCP_CHECK on service [172.51.96.235]:tcp:80 failed.");
    EXPECT_EQ(line(http, Verdict::came_up), "Remote Web server [172.51.96.235]:tcp:80 succeed on service.");
    EXPECT_EQ(line(http, Verdict::went_down, 3),
              "HTTP_CHECK on service [172.51.96.235]:tcp:80 failed after 3 retries.");
    EXPECT_EQ(line(http, Verdict::retrying), "");
    EXPECT_EQ(line(tcp, Verdict::none), "");
}

TEST(Lines, SayWhatHappensToThePool) {
    ServiceKey const service{{*Address::parse("172.51.97.175"), 80}, Protocol::tcp};
    model::RealServer server;
    server.endpoint = {*Address::parse("172.51.96.235"), 80};
    EXPECT_EQ(pool_line(server, service, false),
              "Removing service [172.51.96.235]:tcp:80 from VS [172.51.97.175]:tcp:80");
    EXPECT_EQ(pool_line(server, service, true), "Adding service [172.51.96.235]:tcp:80 to VS [172.51.97.175]:tcp:80");
    server.inhibit_on_failure = true;
    EXPECT_EQ(pool_line(server, service, false),
              "Disabling service [172.51.96.235]:tcp:80 of VS [172.51.97.175]:tcp:80");
    EXPECT_EQ(pool_line(server, service, true), "Enabling service [172.51.96.235]:tcp:80 of VS [172.51.97.175]:tcp:80");
}

}  // namespace
}  // namespace drover::health
