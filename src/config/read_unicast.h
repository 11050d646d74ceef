// unicast_peer, unicast_src_ip and unicast_fault_no_peer.
#pragma once

#include "config/values.h"
#include "model/instance.h"

namespace drover::config {

/// Sets the peers and the source; without a usable peer, keepalived's outcome: multicast, or a fault if that is wanted. The
/// instance's family must be known. Each statement may be null.
void read_unicast(Reading& reading, Statement const* peers, Statement const* source, Statement const* fault_without,
                  model::Instance& instance);

}  // namespace drover::config
