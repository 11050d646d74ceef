// The help that is about the whole program.
#pragma once

#include <string>

namespace drover::cli {

/// `drover --help`.
std::string main_help();
/// The table of exit codes, for the end of every help.
std::string exit_code_text();

}  // namespace drover::cli
