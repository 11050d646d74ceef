// Command lines of notify_* and friends.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/values.h"
#include "model/script.h"

namespace drover::config {

/// A line cut by shell-like rules: '...' and "..." hold words together, pieces that touch are one word, \n \t \a \b \e
/// \f \r \v \xHH \ooo and \cC mean characters, any other character after `\` means itself.
std::vector<std::string> script_words(std::string_view line);

/// All that stands behind a keyword, as it was written; the statement has an argument.
std::string_view whole_line(Statement const& statement);

/// What stands behind a script keyword: one word, in quotes if it has arguments, and then perhaps a user and a group.
model::Script read_script(Reading& reading, Statement const& statement);

/// Of several lines with one word the first counts: a second one is said, and changes nothing.
void read_first_script(Reading& reading, Statement const& statement, model::Script& script);

enum class ScriptUse {
    notify,   ///< run when something happens: that it does not exist is said, but keepalived does not mind
    check,    ///< a vrrp_script: without it the tracking is off
    no_more,  ///< of a kind that is not carried out yet: only its safety is looked at
};

/// Looks at the program behind a script and says what is wrong with it, each program once.
/// `needs_security`: global_defs does not say enable_script_security.
void judge_script(Reading& reading, Statement const& statement, model::Script const& script, ScriptUse use,
                  bool security_enabled);

}  // namespace drover::config
