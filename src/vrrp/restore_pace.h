// How soon what somebody else has removed is set again: at once, but when that one removes it again and again, only now and
// then, or the two would keep each other busy for ever.
#pragma once

#include "base/time.h"

namespace drover::vrrp {

class RestorePace {
public:
    static constexpr int kAtOnce = 10;          ///< restores in a row
    static constexpr Duration kLull = 10s;      ///< so long without one, and a new row begins
    static constexpr Duration kPause = 5s;      ///< between two restores once the row is longer

    /// Not yet: at until().
    bool waits(TimePoint now) const { return now < until_; }
    TimePoint until() const { return until_; }
    /// Something was missing and has been set again. True when the pauses begin with this one.
    bool restored(TimePoint now);

private:
    TimePoint last_, until_;
    int row_ = 0;
};

}  // namespace drover::vrrp
