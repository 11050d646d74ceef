// What one attempt of a check found. With model::Check it is the whole interface of a probe - specification in, outcome
// out - so that probes can move into a process of their own.
#pragma once

#include <string>

namespace drover::health {

struct Outcome {
    enum class Kind {
        passed,
        failed,  ///< the server's fault as far as can be told: it counts
        /// The attempt could not be made for want of something on this host (an address, a descriptor, a right). It is
        /// not held against the server, as in keepalived: the check is made again after delay_loop.
        impossible,
    };
    Kind kind = Kind::failed;
    std::string sentence;  ///< what was seen, without a full stop: "status 503, wanted 200..299"

    bool operator==(Outcome const&) const = default;
};

}  // namespace drover::health
