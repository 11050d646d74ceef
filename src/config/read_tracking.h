// track_interface, and the names that track_script and sync groups refer to.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "config/values.h"
#include "model/instance.h"

namespace drover::config {

/// Adds the lines of one block. `own` is the instance's own interface, which is tracked anyway.
void read_tracked_interfaces(Reading& reading, Statement const& list, std::string const& own,
                             std::vector<model::TrackedInterface>& tracked);

/// Names the lines of a track_script block whose script is not defined.
void check_tracked_scripts(Reading& reading, Statement const& list, std::set<std::string, std::less<>> const& scripts);

/// Names the members of a sync group that do not exist, and a group that is none.
void check_sync_group(Reading& reading, Statement const& group, std::set<std::string, std::less<>> const& instances);

}  // namespace drover::config
