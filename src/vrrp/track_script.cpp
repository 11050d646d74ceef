#include "vrrp/track_script.h"

namespace drover::vrrp {

ScriptJudge::ScriptJudge(model::TrackScript const& script) : rise_(script.rise), fall_(script.fall) {
    if (script.init_fail) good_ = false;
}

bool ScriptJudge::result(bool success) {
    if (!good_) {
        good_ = success;
        return true;
    }
    if (success == *good_) {
        against_ = 0;
        return false;
    }
    if (++against_ < (success ? rise_ : fall_)) return false;
    against_ = 0;
    good_ = success;
    return true;
}

void ScriptJudge::reconfigure(model::TrackScript const& script) {
    rise_ = script.rise;
    fall_ = script.fall;
}

}  // namespace drover::vrrp
