// The other side of the control socket, for command-line tools: one request a connection, blocking. Every error is a
// sentence that names the socket and what to do about it.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace drover::control {

class SocketClient {
public:
    explicit SocketClient(std::string path) : path_(std::move(path)) {}

    /// The body of a 2xx answer. Anything else is an error: nobody listens, no right to ask, or the daemon's refusal in
    /// its own words.
    Result<std::string> get(std::string_view target) const;
    Result<std::string> post(std::string_view target, std::string_view body = {}) const;

    /// Hands over the answer line by line as it comes (without newlines), however long it is; `line` returns false to
    /// stop. An answer that breaks off before its end is an error, after the lines that came.
    Result<void> lines(std::string_view target, std::function<bool(std::string_view line)> const& line) const;

private:
    std::string path_;
};

/// Error::code when no daemon can be asked: nobody listens, or the caller has no right to.
inline constexpr int no_daemon = -1;

}  // namespace drover::control
