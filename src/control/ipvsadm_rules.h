// What `ipvsadm -S` prints: the table as commands for `ipvsadm -R`. Unlike ipvsadm's own, reading them back gives the
// whole table again: thresholds, marks above 2147483647 and the third scheduler flag are not lost.
#pragma once

#include <string>

#include "control/names.h"
#include "model/observed.h"

namespace drover::control::ipvsadm {

std::string rules(model::DataplaneObserved const& observed, Names const& names);

}  // namespace drover::control::ipvsadm
