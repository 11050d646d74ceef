#include "dataplane/flood_watch.h"

#include "bpf/contract.h"

namespace drover::dataplane {

bool FloodWatch::look(std::uint32_t last, std::uint32_t now, std::int64_t now_unix_us) {
    bool const lasts = last != 0 && ((now - last) & contract::TICK_MASK) <= lull_;
    if (lasts == flood_.lasts) return false;
    flood_ = {lasts, lasts ? now_unix_us : 0};
    return true;
}

}  // namespace drover::dataplane
