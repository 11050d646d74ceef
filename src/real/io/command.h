// The commands of the real server's side, whole: `drover real VERB` and `lvs-dr VERB`.
#pragma once

#include <iosfwd>
#include <span>
#include <string>
#include <string_view>

#include "real/options.h"

namespace drover::real {

/// Works in the network namespace of the calling thread. What was done or is there goes to `out`, what went wrong to
/// `err`, one sentence each.
Exit run(Options const& options, std::ostream& out, std::ostream& err);

/// `arguments` without the program's name; `vip` is the value of the environment's VIP, empty when it is not set. With
/// no verb, or a wrong one, it says how it is used and returns Exit::failed, as init scripts do.
Exit run_lvs_dr(std::span<std::string const> arguments, std::string_view vip, std::ostream& out, std::ostream& err);

}  // namespace drover::real
