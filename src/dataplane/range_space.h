// Which stretches of a big array are free: for server records and ring chunks.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

namespace drover::dataplane {

class RangeSpace {
public:
    RangeSpace(std::uint32_t first, std::uint32_t end) {
        if (first < end) free_[first] = end;
    }

    /// First fit; nothing when no stretch is long enough. length > 0.
    std::optional<std::uint32_t> allocate(std::uint32_t length);
    /// Takes a stretch that is known to be in use (found in the tables at start); false if it is not wholly free.
    bool reserve(std::uint32_t first, std::uint32_t length);
    void release(std::uint32_t first, std::uint32_t length);
    std::uint64_t free_total() const;

private:
    std::map<std::uint32_t, std::uint32_t> free_;  // first -> end, never touching each other
};

}  // namespace drover::dataplane
