// The secret that two directors share, from a file.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "base/result.h"

namespace drover::sync {

/// SHA-256 of the file's bytes, without white space at its end.
struct Key {
    std::array<std::uint8_t, 32> bytes{};
    bool operator==(Key const&) const = default;
};

/// An error in one sentence: it cannot be read, others than its owner may read it, or it is too short to be a secret.
Result<Key> read_key(std::string const& path);

}  // namespace drover::sync
