// Time as the pure cores see it: values handed in as parameters, never read from a clock.
// The real clock is CLOCK_BOOTTIME (src/loop/io/clock.h); tests play a virtual one.
#pragma once

#include <chrono>
#include <cstdint>

namespace drover {

/// Resolution of every configured time: keepalived's TIMER has microseconds.
using Duration = std::chrono::microseconds;

/// Names CLOCK_BOOTTIME without being able to read it.
struct BootClock {
    using duration = Duration;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<BootClock, Duration>;
    static constexpr bool is_steady = true;
};

using TimePoint = BootClock::time_point;

using std::chrono_literals::operator""s;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""us;

}  // namespace drover
