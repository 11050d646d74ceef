// When a check makes its next attempt. Attempts of one check never overlap: each delay counts from the end of the
// attempt before, as keepalived's does.
#pragma once

#include "base/time.h"
#include "health/judge.h"
#include "model/check.h"

namespace drover::health {

/// 1 s + `fraction` of the warm-up, so that a farm's checks do not all start in the same moment.
/// `fraction` is a random number, 0 <= fraction <= 1.
TimePoint first_attempt(model::CheckTiming const& timing, TimePoint now, double fraction);

/// After the attempt that ended at `finished` and led to `judge`.
TimePoint next_attempt(model::CheckTiming const& timing, Judge const& judge, TimePoint finished);

/// A hard end for one attempt, whatever the server does. keepalived's connect_timeout guards each read alone, so that a
/// server which sends a byte now and then passes or hangs for hours (keepalived issue 1822). Four times
/// connect_timeout, but at least 10 s: a server that answers within keepalived's limits and at a sane pace is never
/// hit.
Duration total_limit(model::CheckTiming const& timing);

}  // namespace drover::health
