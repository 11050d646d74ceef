// A planned handover: the master of a virtual router is relieved by another director, without waiting for silence.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/address.h"

namespace drover::model {

/// One director's side of a virtual router that is handed over. Directors may call it, and its interface, by other
/// names: what they share is the number, the family and the link, on which each knows the other by the address in its
/// adverts.
struct HandoverPart {
    std::uint8_t virtual_router_id = 0;
    Address own;  ///< source of its adverts, and of the virtual router's family
    bool operator==(HandoverPart const&) const = default;
};

/// What a handover would find now, or has found.
struct HandoverObserved {
    bool running = false;
    bool only_asked = false;                  ///< the last one was a question
    bool possible = false;                    ///< as far as this director knows without asking the peer
    std::string outlook = {};                 ///< to whom, or why not: a sentence
    std::vector<std::string> instances = {};  ///< of the last one: which were handed over, or would be
    std::string peer = {};                    ///< to whom
    std::string refusal = {};                 ///< why the last one changed nothing, a sentence; empty: it was done
    std::int64_t took_us = 0;                 ///< of the last one: from the request to take over to its answer
    std::int64_t ended_unix_us = 0;           ///< 0: there was none
    bool operator==(HandoverObserved const&) const = default;
};

}  // namespace drover::model
