// Is a tracked script good? Counts its results as keepalived does: the first one decides, then `fall` failures in a row
// make it bad and `rise` successes in a row good again.
#pragma once

#include <optional>

#include "model/tracking.h"

namespace drover::vrrp {

class ScriptJudge {
public:
    explicit ScriptJudge(model::TrackScript const& script);

    /// True: it has become good or bad.
    bool result(bool success);
    /// Nothing: it has not run yet.
    std::optional<bool> good() const { return good_; }
    /// Results in a row that speak against what it counts as.
    int against() const { return against_; }
    /// A reload changes how it counts; what it counts as stays.
    void reconfigure(model::TrackScript const& script);

private:
    int rise_;
    int fall_;
    std::optional<bool> good_;
    int against_ = 0;
};

}  // namespace drover::vrrp
