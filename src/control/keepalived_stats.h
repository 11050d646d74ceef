// keepalived.stats: what each instance has counted, as keepalived 2.2.7 writes it on SIGUSR2.
#pragma once

#include <string>

#include "control/keepalived_picture.h"

namespace drover::control {

std::string keepalived_stats(KeepalivedPicture const& picture);

}  // namespace drover::control
