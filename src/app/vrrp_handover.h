// The VRRP thread's part in a handover, one step at a time: who may be handed over and who may take over is judged by
// the machines as they are at that moment.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "app/vrrp_router.h"
#include "base/time.h"
#include "model/handover.h"
#include "vrrp/sync_group.h"

namespace drover::app {

struct HandoverStep {
    enum class Kind {
        offer,     ///< `names` -> `names`, all of whose sync groups are whole, and `parts`
        give,      ///< `names` wait for the peer, whose are `parts`
        given,     ///< the peer is master of `names`
        keep,      ///< it is not
        consider,  ///< the peer's `parts` -> ours in the same order: they could be taken over
        take,      ///< the peer's `parts` are taken over -> `names`, ours
    };
    Kind kind = Kind::offer;
    std::vector<std::string> names = {};  ///< of instances; to offer: none means all that are MASTER
    std::vector<model::HandoverPart> parts = {};
    TimePoint until = {};      ///< of give and take: so long the other one's adverts are part of the handover
    std::string refusal = {};  ///< why the step is not possible, a sentence; nothing was done then
};

/// In the VRRP thread.
void carry_out(HandoverStep& step, std::span<std::unique_ptr<VrrpRouter> const> routers,
               std::span<vrrp::SyncGroup const> groups, TimePoint now);

}  // namespace drover::app
