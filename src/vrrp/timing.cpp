// When a machine is due, and how long one waits for another: the reckoning of machine.h.
#include <algorithm>

#include "vrrp/machine.h"

namespace drover::vrrp {

using model::VrrpState;

std::optional<TimePoint> wakes_at(Machine const& machine) {
    switch (machine.state) {
        case VrrpState::init:
        case VrrpState::fault: return std::nullopt;
        case VrrpState::backup:
        case VrrpState::master: break;
    }
    auto first = machine.timer;
    if (machine.joining_until) first = std::min(first, *machine.joining_until);
    if (machine.gate_shuts) first = std::min(first, *machine.gate_shuts);
    if (machine.burst) first = std::min(first, *machine.burst);
    if (machine.refresh) first = std::min(first, *machine.refresh);
    if (machine.extra) first = std::min(first, *machine.extra);
    return first;
}

Duration down_interval(Machine const& machine) {
    auto const& settings = machine.settings;
    return master_down_interval(settings.interval, machine.priority(), settings.down_adverts,
                                settings.version == 3 ? settings.interval : Duration(1s));
}

bool is_late(Machine const& machine, TimePoint now) {
    return machine.state == VrrpState::master && now - machine.last_advert > machine.settings.down_adverts * machine.settings.interval;
}

Duration skew(int priority, Duration unit) { return unit * (256 - priority) / 256; }

Duration master_down_interval(Duration interval, int priority, int adverts, Duration skew_unit) {
    return adverts * interval + skew(priority, skew_unit);
}

}  // namespace drover::vrrp
