// keepalived.json: instances and their counters under keepalived's names, as it writes them on signal 36.
#pragma once

#include <string>

#include "control/keepalived_picture.h"

namespace drover::control {

/// Version 1: an array; version 2: an object with "vrrp" and, if there are any, "track_process".
std::string keepalived_json(KeepalivedPicture const& picture);

}  // namespace drover::control
