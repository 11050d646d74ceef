#include "dataplane/range_space.h"

#include <iterator>

namespace drover::dataplane {

std::optional<std::uint32_t> RangeSpace::allocate(std::uint32_t length) {
    for (auto range = free_.begin(); range != free_.end(); ++range) {
        auto const [first, end] = *range;
        if (end - first < length) continue;
        free_.erase(range);
        if (first + length < end) free_[first + length] = end;
        return first;
    }
    return std::nullopt;
}

bool RangeSpace::reserve(std::uint32_t first, std::uint32_t length) {
    auto range = free_.upper_bound(first);
    if (range == free_.begin()) return false;
    --range;
    auto const [free_first, free_end] = *range;
    if (free_end < first + length) return false;
    free_.erase(range);
    if (free_first < first) free_[free_first] = first;
    if (first + length < free_end) free_[first + length] = free_end;
    return true;
}

void RangeSpace::release(std::uint32_t first, std::uint32_t length) {
    auto end = first + length;
    auto next = free_.lower_bound(first);
    if (next != free_.end() && next->first == end) {
        end = next->second;
        next = free_.erase(next);
    }
    if (next != free_.begin() && std::prev(next)->second == first)
        std::prev(next)->second = end;
    else
        free_[first] = end;
}

std::uint64_t RangeSpace::free_total() const {
    std::uint64_t total = 0;
    for (auto const& [first, end] : free_) total += end - first;
    return total;
}

}  // namespace drover::dataplane
