// Writing to standard output and standard error, and what kind of terminal they are.
#pragma once

#include <string_view>

#include "base/result.h"
#include "control/look.h"

namespace drover::cli {

/// Buffered; a full disk or a closed pipe is noticed by finish().
void print(std::string_view text);

/// Flushes standard output; the exit code is `code`, or `failed` with a sentence when not everything could be written.
int finish(int code);

/// "PROGRAM: MESSAGE" on standard error; returns the exit code: no_daemon_answers or failed.
int complain(std::string_view program, Error const& error);

/// Standard output is a terminal that takes colours, and NO_COLOR is not set.
bool colour_wanted();

/// Colours if wanted, local time.
control::Look look();

}  // namespace drover::cli
