// Looking at the host.
#pragma once

#include "base/result.h"
#include "netlink/io/socket.h"
#include "real/host.h"
#include "real/state.h"

namespace drover::real {

Result<Host> observe(netlink::Socket& socket);
/// This boot, and the network namespace of the calling thread.
Result<Scene> observe_scene();

}  // namespace drover::real
