// Reads a web server's reply as it comes in and judges it. The server is a stranger: whatever it sends, a bounded
// amount is kept (the head, at most kLargestHead bytes) and a bounded amount is read (kLargestBody).
//
// Written by hand, not with Beast, because HTTP_GET's notion of a body is keepalived's and not RFC 9112's: the bytes
// after the blank line as they come, up to Content-Length or the end of the connection, chunk framing included, are
// what `genhash` hashed when the operator took the digest. And an odd header shall not fail a check that keepalived
// passes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "health/md5.h"
#include "health/outcome.h"
#include "model/check.h"

namespace drover::health {

inline constexpr std::size_t kLargestHead = 64 * 1024;
inline constexpr std::uint64_t kLargestBody = 256 * 1024 * 1024;

class HttpReply {
public:
    /// `url` must outlive the reply.
    explicit HttpReply(model::HttpUrl const& url);

    /// Takes the next bytes. True: nothing more is needed, call outcome().
    bool feed(std::string_view bytes);
    /// The verdict on what was fed, `feed` having returned true or the connection having ended. Call it once.
    Outcome outcome();

private:
    /// Returns what of `bytes` belongs to the body.
    std::string_view read_head(std::string_view bytes);
    void read_body(std::string_view bytes);
    bool done() const;

    model::HttpUrl const& url_;
    std::string head_;
    bool head_complete_ = false;
    std::optional<int> status_;
    std::optional<std::uint64_t> length_;  ///< Content-Length
    std::uint64_t received_ = 0;           ///< bytes of the body
    std::optional<std::string> broken_;    ///< why the reply cannot be read on
    std::optional<Md5> digest_;
};

}  // namespace drover::health
