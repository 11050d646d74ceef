#include "dataplane/snapshot.h"

#include <algorithm>

#include "sync/rules.h"

namespace drover::dataplane {

bool Snapshot::next(std::vector<sync::Connection>& connections, std::size_t slots, std::uint32_t now) {
    if (walked_ == slots_.size()) return false;
    for (auto const end = std::min(walked_ + slots, slots_.size()); walked_ < end; ++walked_) {
        auto const found = slots_.look(walked_);
        if (!found) continue;
        auto const wide = wide_form(found->key, found->is_wide);
        if (contract::meta_age(found->meta, now) > translation_.timeout_of(wide, found->meta)) continue;
        auto connection = translation_.told(wide, found->meta, now);
        if (connection && sync::is_told(*connection)) connections.push_back(std::move(*connection));
    }
    return true;
}

}  // namespace drover::dataplane
