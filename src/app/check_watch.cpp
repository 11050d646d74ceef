#include "app/check_watch.h"

#include <utility>

#include "base/log.h"
#include "health/io/probe.h"
#include "health/lines.h"
#include "health/reload.h"
#include "health/schedule.h"
#include "loop/io/clock.h"

namespace drover::app {

CheckWatch::CheckWatch(boost::asio::io_context& context, std::string server, model::Check check, health::Judge judge,
                       TimePoint first, Judged judged)
    : context_(context),
      server_(std::move(server)),
      check_(std::move(check)),
      judge_(judge),
      judged_(std::move(judged)),
      timer_(context),
      since_unix_us_(loop::unix_microseconds()) {
    plan(first);
}

CheckWatch::~CheckWatch() = default;

void CheckWatch::plan(TimePoint when) {
    planned_ = when;
    timer_.at(when, [this] { attempt(); });
}

void CheckWatch::retime(model::Check const& check) {
    bool const is_retimed = check_.timing != check.timing;
    check_ = check;
    if (is_retimed && !probe_) plan(health::replanned_attempt(check_.timing, judge_, planned_, loop::now()));
}

void CheckWatch::attempt() {
    probe_ = std::make_unique<health::Probe>(context_, check_, judge_.url,
                                             [this](health::Outcome outcome) { finish(std::move(outcome)); });
}

void CheckWatch::finish(health::Outcome outcome) {
    probe_.reset();
    bool const said_before = std::exchange(last_result_, outcome.sentence) == outcome.sentence;
    if (outcome.kind == health::Outcome::Kind::impossible) {
        if (!said_before) log::warning("{}: {}; the server keeps its place", server_, last_result());
        return plan(loop::now() + check_.timing.delay_loop);
    }
    auto const judgement = health::judge(judge_, check_, outcome.kind == health::Outcome::Kind::passed);
    bool const is_news = judgement.next.up != judge_.up || !judge_.decided;
    judge_ = judgement.next;
    if (is_news) since_unix_us_ = loop::unix_microseconds();
    plan(health::next_attempt(check_.timing, judge_, loop::now()));
    log_outcome(outcome, judgement);
    auto const judged = judged_;  // outlives the watch, if that is destroyed within
    judged(judgement);
}

void CheckWatch::log_outcome(health::Outcome const& outcome, health::Judgement const& judgement) {
    auto const line = health::judgement_line(check_, server_, judgement);
    bool const has_failed = outcome.kind == health::Outcome::Kind::failed;
    if (has_failed && (!line.empty() || check_.log_all_failures)) log::notice("{}: {}", server_, last_result());
    if (!line.empty()) log::write(log::Level::notice, line);
}

std::string CheckWatch::last_result() const { return health::check_kind(check_) + ": " + last_result_; }

model::CheckObserved CheckWatch::observed() const {
    model::CheckObserved row;
    row.kind = health::check_kind(check_);
    row.state = !judge_.decided ? model::HealthState::unknown
                : judge_.up     ? model::HealthState::up
                                : model::HealthState::down;
    row.since_unix_us = since_unix_us_;
    row.last_result = last_result_;
    return row;
}

}  // namespace drover::app
