// What a person types after `ipvsadm`: ipvsadm 1.31's options with popt's rules (bundles such as -Lnc, --name=value,
// no abbreviations), its checks in its order, its messages and its exit codes. The words are tables in
// ipvsadm_options.cpp, the values are read in ipvsadm_values.cpp; whether the table of services allows what is said
// here is nobody's question before it is applied.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <variant>

#include "control/ipvsadm_values.h"
#include "control/names.h"
#include "model/edit.h"

namespace drover::control::ipvsadm {

enum class View {
    services,
    stats,
    rate,
    thresholds,
    persistent,
    tunnels,
    connections,
    timeout,
    daemon,
};

struct Listing {
    View view = View::services;
    bool numeric = false;                       ///< -n
    bool exact = false;                         ///< --exact: no K, M, G
    bool sorted = true;                         ///< --nosort: the daemon's order
    bool persistence_data = false;              ///< -c --persistent-conn: two more columns
    bool json = false;                          ///< drover's own option: the daemon's answer as it came
    std::optional<model::ServiceName> service = std::nullopt;  ///< -t, -u, --sctp-service, -f: this one alone
};

/// -S: the table as commands.
struct Save {
    bool numeric = false;
};
/// -R: more commands on standard input.
struct Restore {};
struct ShowHelp {};
struct ShowVersion {};

using Command = std::variant<Listing, Save, Restore, ShowHelp, ShowVersion, model::Edit>;

/// What goes to standard error (without the newline) and the exit code.
struct Refusal {
    std::string message;
    int exit_code = 2;
    bool ends_restore = true;  ///< false: the lines after it are read nevertheless
};

/// "Try `ipvsadm -h' or ...": the first option is no command, or -R stands in what -R reads.
Refusal try_help();

/// `words` are the arguments without the program's name; none at all means -L.
std::expected<Command, Refusal> parse(std::span<std::string const> words, Names const& names);

/// The line of `ipvsadm -v`, which scripts look at.
std::string version_line();
/// The text of `ipvsadm -h`.
std::string help_text();

}  // namespace drover::control::ipvsadm
