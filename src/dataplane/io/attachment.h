// The packet path on an interface: attached by a BPF link which is pinned, so that it stays when the daemon goes, and
// swapped by link update, so that no packet is lost when the program changes.
//
// Offloads that merge packets (they would not fit through XDP) are switched off for as long as it is attached: LRO and
// hardware GRO always, GRO in generic mode. Those that were on are noted beside the link's pin before they are touched,
// so that they are switched on again at the end, also when the daemon that did it was killed.
#pragma once

#include <string>

#include "base/result.h"
#include "dataplane/io/pins.h"
#include "model/observed.h"

namespace drover::dataplane {

/// Attaches the program, or puts it in the place of the one that a pinned link holds. Native if the driver can, else
/// generic. Fails with a sentence, and the interface stays as it was: another XDP program is there, the driver refuses both
/// ways, a missing capability.
Result<model::AttachmentObserved> attach(Pins& pins, int program_fd, int ifindex, std::string const& interface);

/// Takes the program off an interface, switches its offloads on again and unpins the link. Fails with a sentence when an
/// offload stays off; nothing is left to be done again.
Result<void> detach(Pins& pins, int ifindex);

}  // namespace drover::dataplane
