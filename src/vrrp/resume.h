// May a daemon that has just started go on as the master that an earlier one was?
#pragma once

#include <optional>

#include "base/time.h"
#include "model/instance.h"
#include "vrrp/role_board.h"

namespace drover::vrrp {

/// When the earlier daemon's last advert was sent, if it was master, has not stopped in order, the host has not been
/// booted since, and no peer can have taken over meanwhile (the earliest moment is down_adverts of the intervals it announced);
/// else nothing.
std::optional<TimePoint> may_resume(std::optional<SavedRole> const& saved, model::Instance const& instance,
                                    TimePoint now, std::uint64_t boot);

}  // namespace drover::vrrp
