// Which of keepalived's counters a refused advert belongs to.
#pragma once

#include "model/observed.h"
#include "vrrp/packet.h"
#include "vrrp/refusal.h"

namespace drover::vrrp {

/// Some refusals have no counter there: a wrong checksum or version, another virtual router's advert.
void count_refused(model::AdvertCounts& counts, Packet const& packet, Reason reason);

}  // namespace drover::vrrp
