// The whole table over a stream: messages of version 1 one after the other, each as long as its header says. The one who
// joins asks by a message without connections, and such a one is the end of the answer.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/result.h"
#include "sync/datagram.h"
#include "sync/io/secure_stream.h"

namespace drover::sync {

/// Hands over all that the peer tells, message by message, until `take` wants no more; how many connections that were. A
/// message that cannot be read, or of another `id`, is an error: a stream has no strangers in it.
Result<std::uint64_t> fetch_all(SecureStream& stream, std::uint8_t id,
                                std::function<bool(std::vector<Connection> const&)> const& take);

/// Answers a peer that has come in. `next` adds the next connections; false: there are no more.
Result<std::uint64_t> send_all(SecureStream& stream, std::uint8_t id,
                               std::function<bool(std::vector<Connection>&)> const& next);

}  // namespace drover::sync
