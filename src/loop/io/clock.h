// The real clocks. CLOCK_BOOTTIME goes on while the host sleeps, so that a director that was suspended knows that its
// peers had time to take over.
#pragma once

#include <chrono>
#include <cstdint>
#include <ctime>

#include "base/time.h"

namespace drover::loop {

inline TimePoint now() {
    timespec t{};
    ::clock_gettime(CLOCK_BOOTTIME, &t);
    return TimePoint(std::chrono::duration_cast<Duration>(std::chrono::seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec)));
}

/// Wall clock in microseconds since 1970, for people; never for intervals.
inline std::int64_t unix_microseconds() {
    timespec t{};
    ::clock_gettime(CLOCK_REALTIME, &t);
    return std::int64_t{t.tv_sec} * 1'000'000 + t.tv_nsec / 1000;
}

}  // namespace drover::loop
