// What the daemon and the script runner say to each other over their socket, one message a datagram.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/script.h"

namespace drover::runner {

/// The socket refuses longer messages, and so does encode().
inline constexpr std::size_t kLargestMessage = 64 * 1024;

/// "Run this."
struct Request {
    std::uint64_t id = 0;  ///< given by Client::post
    /// Scripts of one queue are started in the order posted, each when the one before has ended (Queues); different
    /// queues run side by side. Use the instance's name, or the service's and server's.
    std::string queue;
    std::vector<std::string> argv;  ///< never empty
    std::string user, group;        ///< empty: the daemon's own; only a user: with the user's primary group
    Duration timeout{0};            ///< then SIGTERM, 2 s later SIGKILL, to the whole process group; 0: never
    bool secure =
        false;  ///< enable_script_security: refuse what others than root could have changed, if it runs as root
    bool operator==(Request const&) const = default;
};

/// A configured script with what its event adds to the arguments.
Request request_for(model::Script const& script, std::vector<std::string> const& arguments, std::string queue);

/// One line that the script wrote to standard output or error.
struct Output {
    std::uint64_t id = 0;
    std::string script;  ///< as in argv[0]
    std::string text;    ///< without the line end, at most kLongestLine bytes, control characters made visible
    bool operator==(Output const&) const = default;
};

/// Something the operator should know about a script that runs nevertheless.
struct Remark {
    std::uint64_t id = 0;
    std::string script;
    std::string text;
    bool operator==(Remark const&) const = default;
};

/// The script runs now.
struct Started {
    std::uint64_t id = 0;
    std::string script;
    bool operator==(Started const&) const = default;
};

enum class Ending {
    exited,       ///< code: exit status
    killed,       ///< code: signal
    timed_out,    ///< code: the limit's seconds
    not_started,  ///< reason says why
    lost,         ///< the runner died while the script was running; never on the wire
};

/// The last word on every request.
struct Finished {
    std::uint64_t id = 0;
    std::string script;
    Ending ending = Ending::exited;
    int code = 0;
    std::string reason;
    bool succeeded() const { return ending == Ending::exited && code == 0; }
    bool operator==(Finished const&) const = default;
};

using Event = std::variant<Output, Remark, Started, Finished>;

/// Fails for a message over kLargestMessage.
Result<std::string> encode(Request const& request);
Result<std::string> encode(Event const& event);
Result<Request> decode_request(std::string_view bytes);
Result<Event> decode_event(std::string_view bytes);

/// What the log says of an event; empty for a script that begins or ended well.
///   "state_master.sh: LINE", "script PATH exited with status 1", "cannot run PATH: it is not executable"
std::string text(Event const& event);

}  // namespace drover::runner
