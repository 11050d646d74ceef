// The file behind the first word of a script: where it is, whether it can run, whether it is safe to run as root.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"

namespace drover::runner {

/// A word with a slash is a path; another is looked for on $PATH, as execvp(3) does. The error is half a sentence:
/// "it does not exist", "it is not executable".
Result<std::string> find_program(std::string const& word);

/// See security.h. Both the path as given and what it resolves to are looked at.
std::optional<std::string> insecurity_of(std::string const& program);

}  // namespace drover::runner
