// unicast_peer and unicast_src_ip.
#pragma once

#include "config/values.h"
#include "model/instance.h"

namespace drover::config {

/// Sets the peers and the source; without a usable peer, keepalived's outcome: multicast. The instance's family must be
/// known. Either statement may be null.
void read_unicast(Reading& reading, Statement const* peers, Statement const* source, model::Instance& instance);

}  // namespace drover::config
