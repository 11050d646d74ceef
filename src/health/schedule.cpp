#include "health/schedule.h"

#include <algorithm>

namespace drover::health {

TimePoint first_attempt(model::CheckTiming const& timing, TimePoint now, double fraction) {
    auto const share = std::clamp(fraction, 0.0, 1.0) * static_cast<double>(timing.warmup.count());
    return now + 1s + Duration(static_cast<Duration::rep>(share));
}

TimePoint next_attempt(model::CheckTiming const& timing, Judge const& judge, TimePoint finished) {
    return finished + (judge.retries > 0 ? timing.delay_before_retry : timing.delay_loop);
}

Duration total_limit(model::CheckTiming const& timing) { return std::max<Duration>(4 * timing.connect_timeout, 10s); }

}  // namespace drover::health
