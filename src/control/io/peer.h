// Who is at the other end of a UNIX socket.
#pragma once

#include "model/author.h"

namespace drover::control {

/// The process that connected, and now.
model::Author peer_of(int socket);

}  // namespace drover::control
