// One timer on the event loop: calls back once at a point of CLOCK_BOOTTIME, from the io_context's thread.
// Setting it again replaces what was set; destroying it cancels it, and after either the old callback never runs.
#pragma once

#include <functional>
#include <memory>

#include "base/time.h"

namespace boost::asio {
class io_context;
}

namespace drover::loop {

class Timer {
public:
    explicit Timer(boost::asio::io_context& context);
    ~Timer();
    Timer(Timer&&) noexcept;
    Timer& operator=(Timer&&) noexcept;

    /// A point in the past is called back as soon as the loop runs.
    void at(TimePoint when, std::function<void()> callback);
    void after(Duration delay, std::function<void()> callback);
    void cancel();

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace drover::loop
