#include "loop/io/timer.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "loop/io/clock.h"

namespace drover::loop {

struct Timer::State {
    explicit State(boost::asio::io_context& context) : timer(context) {}
    boost::asio::steady_timer timer;
    std::uint64_t generation = 0;  // a callback that was already queued when it was replaced finds another number
};

Timer::Timer(boost::asio::io_context& context) : state_(std::make_shared<State>(context)) {}
Timer::~Timer() {
    if (state_) cancel();
}
Timer::Timer(Timer&&) noexcept = default;
Timer& Timer::operator=(Timer&& other) noexcept {
    if (this != &other) {
        if (state_) cancel();
        state_ = std::move(other.state_);
    }
    return *this;
}

void Timer::at(TimePoint when, std::function<void()> callback) { after(when - now(), std::move(callback)); }

void Timer::after(Duration delay, std::function<void()> callback) {
    state_->timer.expires_after(std::max(delay, Duration::zero()));
    auto const generation = ++state_->generation;
    state_->timer.async_wait([state = state_, generation, callback = std::move(callback)](auto const& error) {
        if (!error && state->generation == generation) callback();
    });
}

void Timer::cancel() {
    ++state_->generation;
    state_->timer.cancel();
}

}  // namespace drover::loop
