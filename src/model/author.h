// Who changed something through the control socket, and when.
#pragma once

#include <cstdint>
#include <string>

namespace drover::model {

struct Author {
    std::int64_t pid = 0;  ///< of the program that asked
    std::uint32_t uid = 0;
    std::string user;          ///< the name of `uid`; empty: it has none
    std::int64_t unix_us = 0;  ///< wall clock, microseconds since 1970

    /// "root (pid 4711)"; "uid 1001 (pid 4711)" without a name.
    std::string text() const {
        return (user.empty() ? "uid " + std::to_string(uid) : user) + " (pid " + std::to_string(pid) + ")";
    }
    bool operator==(Author const&) const = default;
};

}  // namespace drover::model
