// What drover's exit codes mean: one table, which the help prints.
#pragma once

#include <array>
#include <string_view>

namespace drover::cli {

enum ExitCode : int {
    ok = 0,
    failed = 1,
    usage_error = 2,
    no_daemon_answers = 2,  ///< as ipvsadm when there is no IPVS
};

struct ExitMeaning {
    int code;
    std::string_view meaning;
};

inline constexpr std::array exit_meanings{
    ExitMeaning{0, "done; check: nothing to complain about"},
    ExitMeaning{1, "it failed, standard error says why; ipvsadm: no such service"},
    ExitMeaning{2, "wrong arguments, or no daemon answers; check: a keyword lacks its argument"},
    ExitMeaning{3, "real status: something is missing"},
    ExitMeaning{4, "check: a file cannot be read; real: a right is missing"},
    ExitMeaning{5, "check: something is ignored or put right (with --strict: anything is said)"},
    ExitMeaning{6, "check: only complaints about scripts run as root; real: no VIP is named"},
    ExitMeaning{255, "ipvsadm: an unknown option, no command first, or the daemon refused"},
};

}  // namespace drover::cli
