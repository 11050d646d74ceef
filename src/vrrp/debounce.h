// Links whose changes count only when they have lasted (interface_up_down_delays): what flaps for a moment is not seen.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/time.h"
#include "model/links.h"

namespace drover::vrrp {

class Debounce {
public:
    /// What is being waited for goes on waiting by the new delays.
    void configure(std::vector<model::LinkDelay> const& delays);

    /// What counts of a link that is `up` or down now. The first time that it is asked for counts at once.
    bool judge(std::string const& interface, bool up, TimePoint now);
    /// An interface that does not exist any more has no past when it comes back.
    void keep_only(std::set<std::string> const& interfaces);
    /// When judge() will say something else although nothing has happened; nothing: never.
    std::optional<TimePoint> settles_at() const;

private:
    struct Link {
        bool counts = false;
        std::optional<TimePoint> changed;  ///< since when it has been otherwise
    };
    std::optional<TimePoint> due(std::string const& interface, Link const& link) const;

    std::map<std::string, model::LinkDelay> delays_;
    std::map<std::string, Link> links_;
};

}  // namespace drover::vrrp
