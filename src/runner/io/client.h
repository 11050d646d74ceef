// The daemon's side of the script runner.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "base/time.h"
#include "runner/io/start.h"
#include "runner/message.h"

namespace boost::asio {
class io_context;
}

namespace drover::runner {

/// Made, run and destroyed on the main thread; post() alone may be called from any thread meanwhile. What scripts write
/// and how they end goes to the log.
class Client {
public:
    using Observer = std::function<void(Finished const&)>;

    Client(boost::asio::io_context& context, Child child, Observer on_finished = {});
    ~Client();
    Client(Client const&) = delete;
    Client& operator=(Client const&) = delete;

    /// Never blocks. The id under which the end will be reported; none (and a line in the log) if the runner cannot
    /// take it.
    std::optional<std::uint64_t> post(Request request);

    /// For the daemon's end, after notify_stop was posted: waits until everything posted has ended, at most `limit`
    /// (keepalived: 1 s). False: something still runs; it is left running. Blocks the thread, reads the events itself.
    bool settle(Duration limit);

private:
    struct Connection;
    void receive();
    void handle(Event const& event);

    std::shared_ptr<Connection> connection_;
    Observer on_finished_;
    std::atomic<std::uint64_t> last_id_ = 0;
    std::atomic<std::uint64_t> posted_ = 0;
    std::uint64_t ended_ = 0;
};

}  // namespace drover::runner
