// Text that came from outside (names in a GBK file, what a real server said), made safe for a terminal and for JSON.
#pragma once

#include <string>
#include <string_view>

namespace drover::control {

/// Valid UTF-8 without control characters but newline and tab: each byte that is neither becomes U+FFFD, so that nobody
/// steers an operator's terminal by what a server answers to a check.
std::string printable(std::string_view text);

}  // namespace drover::control
