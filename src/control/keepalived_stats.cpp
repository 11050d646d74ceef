#include "control/keepalived_stats.h"

#include <fmt/format.h>

#include <algorithm>

namespace drover::control {

model::InstanceObserved const* KeepalivedPicture::observed(std::string const& instance) const {
    auto const found = std::ranges::find(instances, instance, &model::InstanceObserved::name);
    return found == instances.end() ? nullptr : &*found;
}

model::TrackObserved const* KeepalivedPicture::track(model::TrackKind kind, std::string const& name) const {
    auto const found = std::ranges::find_if(
        tracks, [&](model::TrackObserved const& track) { return track.kind == kind && track.name == name; });
    return found == tracks.end() ? nullptr : &*found;
}

std::string keepalived_stats(KeepalivedPicture const& picture) {
    std::string text;
    for (auto const& instance : picture.configuration.instances) {
        auto const* const seen = picture.observed(instance.name);
        auto const counts = seen == nullptr ? model::AdvertCounts{} : seen->counts;
        text += fmt::format("VRRP Instance: {}\n", instance.name);
        text += fmt::format("  Advertisements:\n    Received: {}\n    Sent: {}\n", counts.received, counts.sent);
        text += fmt::format("  Became master: {}\n  Released master: {}\n", counts.became_master, counts.released_master);
        text += fmt::format("  Packet Errors:\n    Length: {}\n    TTL: {}\n    Invalid Type: {}\n", counts.wrong_length,
                            counts.wrong_ttl, counts.wrong_type);
        text += fmt::format("    Advertisement Interval: {}\n    Address List: {}\n", counts.wrong_interval,
                            counts.wrong_addresses);
        text += fmt::format("  Authentication Errors:\n    Invalid Type: {}\n    Type Mismatch: {}\n    Failure: {}\n",
                            counts.unknown_authentication, counts.other_authentication, counts.wrong_password);
        text += fmt::format("  Priority Zero:\n    Received: {}\n    Sent: {}\n", counts.zero_received, counts.zero_sent);
    }
    return text;
}

}  // namespace drover::control
