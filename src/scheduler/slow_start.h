// slow_start: a server that comes back has no connections, and a scheduler that looks at connections would send it
// every new one. So its weight rises from a tenth of the full one in steps of a tenth.
//
// Pure: time is handed in.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>

#include "base/endpoint.h"
#include "base/time.h"
#include "model/desired.h"

namespace drover::scheduler {

/// The weight of a server that came `since` ago and shall have its full one after `over`: a tenth at first, but at
/// least 1, then a tenth more in each ninth of `over`. A full weight of less than ten has less steps.
std::int32_t rising_weight(std::int32_t full, Duration since, Duration over);

/// Who came when.
class SlowStart {
public:
    /// Services that have slow_start, and how long it takes in each.
    using Spans = std::unordered_map<ServiceKey, Duration>;

    /// Puts the weights of this moment into `desired`, which has the full ones. A server comes when it stands there
    /// with a weight above 0 and did not when this was called before. Where the service itself is new here (the start
    /// of the daemon, slow_start switched on) nobody comes: all of its servers are as fresh as each other, or known
    /// already.
    ///
    /// lc goes by connections alone: while one of its servers is on the way it is wlc with equal weights, which is the
    /// same rule.
    void apply(model::Desired& desired, Spans const& spans, TimePoint now);

    /// When the next weight rises, by what apply() saw; none: nobody is on the way.
    std::optional<TimePoint> next_step() const { return next_step_; }

    /// The full weight that a server is on the way to; none: it is on no way.
    std::optional<std::int32_t> rising_to(ServiceKey const& service, Endpoint const& server) const;

private:
    struct Server {
        std::optional<TimePoint> came;  ///< none: it has its full weight
        std::int32_t full = 0;          ///< of lc, which has no weights: ten tenths
    };
    using Servers = std::unordered_map<Endpoint, Server>;

    void note(model::DesiredService const& service, TimePoint now, Duration over);
    void rise(model::DesiredService& service, TimePoint now, Duration over);

    std::unordered_map<ServiceKey, Servers> services_;
    std::optional<TimePoint> next_step_;
};

}  // namespace drover::scheduler
