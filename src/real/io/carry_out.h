// Doing what a plan says.
#pragma once

#include <vector>

#include "base/result.h"
#include "netlink/io/socket.h"
#include "real/change.h"

namespace drover::real {

/// All or nothing: when one fails, those before it are taken back, last first; the error tells of it.
Result<void> carry_out_all(netlink::Socket& socket, std::vector<Change> const& changes);

/// As many as can be: the error names each that failed.
Result<void> carry_out_most(netlink::Socket& socket, std::vector<Change> const& changes);

}  // namespace drover::real
