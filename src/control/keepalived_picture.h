// What keepalived's dump files are made from: configuration, what was seen of it, and how the host says times and users.
// keepalived_data.h, keepalived_stats.h and keepalived_json.h make their texts, in keepalived 2.2.7's shape.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "model/configuration.h"
#include "model/observed.h"

namespace drover::control {

struct KeepalivedPicture {
    model::Configuration configuration;  ///< services need not be in it: these files are about VRRP
    std::vector<model::InstanceObserved> instances;
    std::vector<model::TrackObserved> tracks;
    std::string host_name;
    /// A moment as the host's clock shows it, "Fri Nov 27 02:50:17.080941 2026".
    std::function<std::string(std::int64_t unix_us)> clock_text;
    /// "0:0", from names; empty names are the daemon's own.
    std::function<std::string(std::string const& user, std::string const& group)> owner;

    /// nullptr: the VRRP thread has not got it yet, or not any more.
    model::InstanceObserved const* observed(std::string const& instance) const;
    /// nullptr: nobody tracks it.
    model::TrackObserved const* track(model::TrackKind kind, std::string const& name) const;
};

}  // namespace drover::control
