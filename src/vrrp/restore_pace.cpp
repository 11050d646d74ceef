#include "vrrp/restore_pace.h"

#include <utility>

namespace drover::vrrp {

bool RestorePace::restored(TimePoint now) {
    row_ = now - std::exchange(last_, now) < kLull ? row_ + 1 : 1;
    if (row_ >= kAtOnce) until_ = now + kPause;
    return row_ == kAtOnce;
}

}  // namespace drover::vrrp
