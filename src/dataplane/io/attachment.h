// The packet path on an interface, by the first of three ways that it can have: native XDP, tc ingress, generic XDP. XDP is
// attached by a BPF link which is pinned, tc by a filter; both stay when the daemon goes, and the next one's program is put
// in the same place, so that no packet is lost when the program changes.
//
// Offloads that merge packets are switched off for as long as it is attached where merged packets cannot be sent on: LRO
// always, hardware GRO for XDP, GRO in generic mode. Those that were on are noted beside the link's pin before they are
// touched, so that they are switched on again at the end, also when the daemon that did it was killed.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/result.h"
#include "dataplane/io/pins.h"
#include "model/global.h"
#include "model/observed.h"

namespace drover::dataplane {

/// The packet path as the kernel has it loaded: file descriptors.
struct Programs {
    int xdp = -1;
    std::function<Result<int>()> tc;  ///< asked for only when it is needed
};

/// Attaches the packet path, or puts it in the place of what an earlier daemon has left. With `wanted` that way is taken or
/// none, and one of another kind gives way. Fails with a sentence, and the interface stays as it was (but a program
/// of generic XDP, which has to go before another can come, is not put back): another XDP program is there, the driver
/// refuses every way, a missing capability.
Result<model::AttachmentObserved> attach(Pins& pins, Programs const& programs, int ifindex, std::string const& interface,
                                         std::optional<model::Taking> wanted = std::nullopt);

/// Takes the packet path off an interface, switches its offloads on again and wipes out its traces. Fails with a sentence when an
/// offload stays off; nothing is left to be done again.
Result<void> detach(Pins& pins, int ifindex);

}  // namespace drover::dataplane
