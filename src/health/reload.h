// What a check starts from when the configuration has changed. keepalived, which starts changed checks afresh, has left
// servers down for ever when their failed check was removed, and up for ever when a new one never ran (its issues 608,
// 1144, 1163, 1720). Here the rule is short: what is the same goes on, what is new decides soon.
#pragma once

#include <optional>

#include "base/time.h"
#include "health/judge.h"
#include "model/check.h"

namespace drover::health {

/// Whether both ask the same of the same server in the same way. Timing, alpha and log_all_failures may differ: they
/// take effect in the check that goes on.
bool is_same_check(model::Check const& a, model::Check const& b);

/// The judge of a check that did not exist before the reload. `server_was_up`: where its server stood; none: the server
/// is new too. A known server keeps its place, whatever `alpha` says, until the check's first attempt decides.
Judge judge_of_new_check(model::Check const& check, std::optional<bool> server_was_up);

/// Its first attempt: a new server's after the warm-up, a known server's within a second (or delay_loop, if that is
/// less).
TimePoint first_attempt_of_new_check(model::CheckTiming const& timing, std::optional<bool> server_was_up, TimePoint now,
                                     double fraction);

/// The next attempt of a check that goes on with other timing: as planned, or sooner if the new timing says so.
TimePoint replanned_attempt(model::CheckTiming const& timing, Judge const& judge, TimePoint planned, TimePoint now);

}  // namespace drover::health
