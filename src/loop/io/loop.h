// The event loop of the main thread, for code that shall not see Asio: app/ owns one.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace drover::loop {

class Loop {
public:
    Loop();
    ~Loop();
    Loop(Loop const&) = delete;
    Loop& operator=(Loop const&) = delete;

    /// For the constructors of timers, probes and servers.
    boost::asio::io_context& context();

    /// Works until stop().
    void run();
    /// Works until `done` says so or the time is over; what is asked on every event. True: done.
    bool run_until(std::function<bool()> const& done, std::chrono::microseconds most);
    void stop();

    /// Runs `work` on the loop's thread; callable from any thread.
    void post(std::function<void()> work);
    /// Calls back on the loop's thread whenever one of the signals comes.
    void on_signals(std::vector<int> const& signals, std::function<void(int)> callback);
    /// Calls back whenever the descriptor is readable, which stays the caller's and must outlive the loop's run.
    void watch(int fd, std::function<void()> readable);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace drover::loop
