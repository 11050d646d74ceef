// The packet path on an interface: attached by a BPF link which is pinned, so that it stays when the daemon goes, and
// swapped by link update, so that no packet is lost when the program changes.
#pragma once

#include <string>

#include "base/result.h"
#include "dataplane/io/pins.h"
#include "model/observed.h"

namespace drover::dataplane {

/// Attaches the program, or puts it in the place of the one that a pinned link holds. Native if the driver can, else
/// generic with GRO switched off (merged packets would not fit through XDP); LRO is switched off in both. Fails with a
/// sentence: another XDP program is there, the driver refuses both ways, a missing capability.
Result<model::AttachmentObserved> attach(Pins const& pins, int program_fd, int ifindex, std::string const& interface);

/// Takes the program off an interface and unpins the link.
void detach(Pins const& pins, int ifindex);

}  // namespace drover::dataplane
