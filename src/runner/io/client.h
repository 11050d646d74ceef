// The daemon's side of the script runner.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "base/time.h"
#include "loop/io/timer.h"
#include "runner/io/start.h"
#include "runner/message.h"

namespace boost::asio {
class io_context;
}

namespace drover::runner {

/// Made, run and destroyed on the main thread; post() alone may be called from any thread meanwhile. What scripts write
/// and how they end goes to the log.
///
/// A runner that dies is started again, at most once a second; whatever it had not said to have begun is given to its
/// successor. The ends of the others stay unknown: they are said to be lost, and not run again.
class Client {
public:
    using Start = std::function<Result<Child>()>;
    using Observer = std::function<void(Finished const&)>;

    static constexpr Duration kBetweenStarts = 1s;

    Client(boost::asio::io_context& context, Child child, Start start_again, Observer on_finished = {});
    ~Client();
    Client(Client const&) = delete;
    Client& operator=(Client const&) = delete;

    /// Does not wait for the runner. The id under which the end will be reported; none (and a line in the log) if too
    /// much is waiting already.
    std::optional<std::uint64_t> post(Request request);
    /// As post(), but nothing of it goes to the log: for what runs again and again, and whose end the observer judges.
    std::optional<std::uint64_t> post_quietly(Request request);

    /// For the daemon's end, after notify_stop was posted: waits until everything posted, but not quietly, has ended, at most `limit`
    /// (keepalived: 1 s). False: something still runs; it is left running. Blocks the thread, reads the events itself.
    bool settle(Duration limit);

private:
    struct Connection;
    std::optional<std::uint64_t> post(Request request, bool quietly);
    std::string send(Request const& request);
    bool is_quiet(Event const& event);
    void adopt(Child child);
    void receive();
    void handle(Event const& event);
    void forget_waiting(std::uint64_t id);
    bool is_idle();
    void bury();
    void replace();
    bool replace_now();

    boost::asio::io_context& context_;
    Start start_again_;
    Observer on_finished_;
    std::shared_ptr<Connection> connection_;
    loop::Timer next_start_;
    TimePoint last_start_{};
    std::map<std::uint64_t, std::string> running_;  // the scripts' names
    std::atomic<std::uint64_t> last_id_ = 0;

    std::mutex mutex_;  // held for no longer than a send; it guards what follows
    int fd_ = -1;       // the runner's socket; -1: there is none
    std::map<std::uint64_t, Request> waiting_;  // posted, and not known to have begun
    std::set<std::uint64_t> quiet_;             // not known to have ended
};

}  // namespace drover::runner
