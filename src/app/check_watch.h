// One check of one real server, alive: timer -> probe -> judge -> timer.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/time.h"
#include "health/judge.h"
#include "health/outcome.h"
#include "loop/io/timer.h"
#include "model/check.h"
#include "model/observed.h"

namespace boost::asio {
class io_context;
}
namespace drover::health {
class Probe;
}

namespace drover::app {

class CheckWatch {
public:
    /// After every attempt that was judged, when the next one is already planned: the watch may be destroyed within.
    using Judged = std::function<void(health::Judgement const&)>;

    CheckWatch(boost::asio::io_context& context, std::string server, model::Check check, health::Judge judge,
               TimePoint first, Judged judged);
    ~CheckWatch();
    CheckWatch(CheckWatch const&) = delete;
    CheckWatch& operator=(CheckWatch const&) = delete;

    /// After a reload: the same check (health::is_same_check) with other timing.
    void retime(model::Check const& check);

    model::Check const& check() const { return check_; }
    bool up() const { return judge_.up; }
    /// "TCP_CHECK: no connection to 10.0.0.1:80: Connection refused"; "TCP_CHECK: not yet" before the first attempt.
    std::string last_result() const;
    /// `service` and `server` are left to the caller.
    model::CheckObserved observed() const;

private:
    void plan(TimePoint when);
    void attempt();
    void finish(health::Outcome outcome);
    void log_outcome(health::Outcome const& outcome, health::Judgement const& judgement);

    boost::asio::io_context& context_;
    std::string server_;  // for the log: "[ip]:tcp:80"
    model::Check check_;
    health::Judge judge_;
    Judged judged_;
    loop::Timer timer_;
    TimePoint planned_;
    std::unique_ptr<health::Probe> probe_;
    std::int64_t since_unix_us_ = 0;
    std::string last_result_ = "not yet";
};

}  // namespace drover::app
