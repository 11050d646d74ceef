// Is a process one of those that a vrrp_track_process means, and are there enough of them?
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/time.h"
#include "model/tracking.h"

namespace drover::vrrp {

/// `name` is /proc/PID/comm, which the kernel cuts after 15 bytes, `arguments` /proc/PID/cmdline. A program given with its
/// path is compared with the whole first argument.
bool is_meant(model::TrackProcess const& process, std::string_view name, std::span<std::string const> arguments);

/// Could it be meant, by its name alone?
bool may_be_meant(model::TrackProcess const& process, std::string_view name);

/// Counts as good after the quorum was reached for fork_delay, as bad after it was missed for terminate_delay; at first at
/// once.
class QuorumJudge {
public:
    /// True: it has become good or bad.
    bool count(model::TrackProcess const& process, int running, TimePoint now);
    std::optional<bool> good() const { return good_; }

private:
    std::optional<bool> good_;
    std::optional<TimePoint> against_since_;
};

}  // namespace drover::vrrp
