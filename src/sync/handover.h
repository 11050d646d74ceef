// What two directors say to each other about a handover, as lines of text: the first is the kind, the others are what
// goes with it.
//
//   master: prepare + its parts     peer: ready + its own parts in the same order, or refused + why
//   master: take                    peer: taken, or refused + why
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/handover.h"

namespace drover::sync {

struct HandoverLetter {
    enum class Kind { prepare, ready, take, taken, refused };
    Kind kind = Kind::refused;
    std::vector<model::HandoverPart> parts = {};  ///< of prepare and ready
    std::string why = {};                         ///< of refused, a sentence
    bool operator==(HandoverLetter const&) const = default;
};

std::string write(HandoverLetter const& letter);
/// An error: it is no such letter.
Result<HandoverLetter> read_handover_letter(std::string_view text);

}  // namespace drover::sync
