// Errors are values: a function that can fail for reasons outside the program returns Result<T>.
// Exceptions are left to broken invariants; src/app and src/cli alone turn an Error into an exit code.
#pragma once

#include <cerrno>
#include <cstring>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace drover {

/// One clear sentence for a person, and the errno behind it where there is one (else 0).
struct Error {
    std::string message;
    int code = 0;
};

template <class T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(std::string message, int code = 0) {
    return std::unexpected(Error{std::move(message), code});
}

/// "<doing>: <strerror>"; call it before anything else can change errno.
inline std::unexpected<Error> fail_errno(std::string_view doing, int code = errno) {
    return fail(std::string(doing) + ": " + std::strerror(code), code);
}

}  // namespace drover
