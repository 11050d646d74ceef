#include "health/reload.h"

#include <algorithm>

#include "health/schedule.h"

namespace drover::health {

bool is_same_check(model::Check const& a, model::Check const& b) {
    return a.what == b.what && a.target == b.target && a.bind == b.bind && a.bind_interface == b.bind_interface &&
           a.fwmark == b.fwmark;
}

Judge judge_of_new_check(model::Check const& check, std::optional<bool> server_was_up) {
    Judge judge = new_judge(check);
    judge.up = server_was_up.value_or(judge.up);
    return judge;
}

TimePoint first_attempt_of_new_check(model::CheckTiming const& timing, std::optional<bool> server_was_up, TimePoint now,
                                     double fraction) {
    if (!server_was_up) return first_attempt(timing, now, fraction);
    auto const spread = static_cast<double>(std::min<Duration>(1s, timing.delay_loop).count());
    return now + Duration(static_cast<Duration::rep>(std::clamp(fraction, 0.0, 1.0) * spread));
}

TimePoint replanned_attempt(model::CheckTiming const& timing, Judge const& judge, TimePoint planned, TimePoint now) {
    return std::min(planned, next_attempt(timing, judge, now));
}

}  // namespace drover::health
