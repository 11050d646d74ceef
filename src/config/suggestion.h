// "Did you mean ...?": the word that somebody had in mind.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "config/vocabulary.h"

namespace drover::config {

/// Insertions, deletions, replacements and swaps of neighbours between two words (optimal string alignment).
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The candidate that is meant: near by edit_distance(), the same but for upper and lower case or `-` for `_`, or one
/// that the word is the end of ("bal_defs"). Empty: none is.
std::string_view nearest(std::string_view word, std::span<std::string_view const> candidates);

/// For a line that begins with a word that may not stand in `context`: nearest(); else a keyword to which the next
/// words belong
/// ("lvs sync daemon interface" is lvs_sync_daemon_interface), or whose blank is missing ("virtual_server10.0.0.1" is
/// "virtual_server 10.0.0.1"). Empty: nobody knows.
std::string suggestion_for(std::string_view word, std::span<std::string_view const> following, Context const& context);

}  // namespace drover::config
