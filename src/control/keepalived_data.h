// keepalived.data: configuration and state of VRRP, section by section, as keepalived 2.2.7 writes it on SIGUSR1. What
// only keepalived has (sockets, the tuning of its processes, SNMP, D-Bus) is left out.
#pragma once

#include <string>

#include "control/keepalived_picture.h"

namespace drover::control {

std::string keepalived_data(KeepalivedPicture const& picture);

}  // namespace drover::control
