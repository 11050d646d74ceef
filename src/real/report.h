// What the user is told, in either kind of words. Every text is whole lines.
#pragma once

#include <string>
#include <vector>

#include "base/address.h"
#include "real/change.h"
#include "real/options.h"
#include "real/plan.h"
#include "real/status.h"

namespace drover::real {

std::string tell_started(Words words, std::vector<Address> const& vips, Plan const& plan);
std::string tell_stopped(Words words, Plan const& plan);
/// `stop` without a `start`.
std::string tell_not_started(Words words, std::string_view state_file);
std::string tell_status(Words words, Status const& status);

}  // namespace drover::real
