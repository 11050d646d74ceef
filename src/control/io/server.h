// HTTP/1.1 on a UNIX socket: the door through which everything asks the running daemon. Who may open it is decided by
// the file's owner and mode (root:drover 0660), not by us. Everything runs on the event loop's thread; a slow or silent
// client costs a bounded buffer and is cut off in the end, it delays nobody.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "base/result.h"
#include "control/daemon.h"

namespace boost::asio {
class io_context;
}

namespace drover::control {

struct ServerOptions {
    std::string path = "/run/drover/drover.sock";
    std::string group = "drover";   ///< the socket's group, if it exists
    std::size_t most_clients = 64;  ///< at a time; further ones wait their turn in the kernel's queue
    /// A request must be whole this long after we began to wait for it, else the client is cut off.
    std::chrono::milliseconds patience{30'000};
    /// So long may a reader rest in the middle of an answer: people page through listings.
    std::chrono::milliseconds reader_patience{600'000};
};

class Server {
public:
    /// Binds and listens. The socket of a dead daemon is replaced; that of a live one, and a file that is no socket,
    /// are refused with a sentence. `daemon` must outlive the server.
    static Result<std::unique_ptr<Server>> open(boost::asio::io_context& loop, Daemon& daemon,
                                                ServerOptions options = {});

    /// Stops answering and removes the socket if it is still ours.
    ~Server();

private:
    struct State;
    explicit Server(std::shared_ptr<State> state);
    std::shared_ptr<State> state_;
};

}  // namespace drover::control
