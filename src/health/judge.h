// When is a server down? The counting behind every check, as keepalived counts:
//
//   - without `alpha` a server is up before its first check, with it down; the very first attempt decides alone;
//   - while it is up, a failure is tried again `retry` times, `delay_before_retry` apart, before it is judged down;
//   - while it is down one success brings it back, without further tries in between;
//   - a check of several URLs (HTTP_GET) makes one a `delay_loop`, in turn; a failed URL is the one tried again, and a
//     server comes up when all have passed in a row.
//
// Worst case from death to judgement: delay_loop + timeout + retry * (delay_before_retry + timeout).
// Pure: time is handed in, nothing is read or written.
#pragma once

#include <cstddef>

#include "base/time.h"
#include "model/check.h"

namespace drover::health {

/// Where one check stands between two attempts.
struct Judge {
    bool up = true;        ///< what the pool goes by
    bool decided = false;  ///< at least one attempt has been judged; before that `up` is an assumption
    int retries = 0;  ///< further tries made since the first failure in a row; 0: the last attempt passed or was judged
    std::size_t url = 0;     ///< which URL the next attempt asks for
    std::size_t passed = 0;  ///< URLs passed in a row
    bool confirmed = false;  ///< `up` was reached by a full pass of the URLs, not assumed
    bool operator==(Judge const&) const = default;
};

/// What the attempt meant for the server.
enum class Verdict {
    none,        ///< nothing new
    retrying,    ///< failed, further tries to come
    found_up,    ///< the first full pass of a server that was taken for up
    came_up,     ///< down -> up
    went_down,   ///< up -> down
    found_down,  ///< the first attempt failed on a server that was already taken for down (alpha)
};

struct Judgement {
    Judge next;
    Verdict verdict = Verdict::none;
    int retries_made = 0;  ///< tries after the first failure, when it went down
};

/// A check that has not run yet.
Judge new_judge(model::Check const& check);

/// How many URLs a full pass takes; 1 for a check without URLs.
std::size_t url_count(model::Check const& check);

Judgement judge(Judge const& before, model::Check const& check, bool passed);

}  // namespace drover::health
