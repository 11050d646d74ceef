// What instances track: interfaces, scripts, files and processes.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "config/values.h"
#include "model/instance.h"
#include "model/tracking.h"

namespace drover::config {

/// Adds the lines of one block. `own` is the instance's own interface, which is tracked anyway.
void read_tracked_interfaces(Reading& reading, Statement const& list, std::string const& own,
                             std::vector<model::TrackedInterface>& tracked);

/// Adds the lines of one track_script, track_file or track_process block; another block is left alone. What is not defined
/// is named; weights not given are those of the definition.
void read_tracked_objects(Reading& reading, Statement const& list, model::Tracking const& defined,
                          std::vector<model::Tracked>& tracked);

/// vrrp_script, track_file and vrrp_track_process outside any block. Those that cannot work are named, or will be by
/// check_scripts(), and left out of what instances track.
model::Tracking read_tracking(Reading& reading, std::span<Statement const> tree, bool script_security);

}  // namespace drover::config
