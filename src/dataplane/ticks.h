// The packet path's time (contract.h): ticks of 2^shift jiffies.
#pragma once

#include <cstdint>

#include "bpf/contract.h"

namespace drover::dataplane {

class Ticks {
public:
    /// `hz`: jiffies a second. The shift is chosen so that a tick is between 1/5 and 1/3 of a second for every HZ that
    /// Linux offers (100, 250, 300, 1000).
    static constexpr std::uint32_t shift_for(std::uint32_t hz) {
        std::uint32_t shift = 0;
        while ((2u << shift) * 3 <= hz) ++shift;
        return shift;
    }

    constexpr Ticks(std::uint32_t hz, std::uint32_t shift) : hz_(hz), shift_(shift) {}

    /// Never too short: rounded up.
    constexpr std::uint32_t from_seconds(std::uint64_t seconds) const {
        return static_cast<std::uint32_t>(((seconds * hz_) + (1u << shift_) - 1) >> shift_);
    }
    /// Whole seconds, rounded down; gives back what from_seconds() was given.
    constexpr std::uint32_t to_seconds(std::uint64_t ticks) const {
        return static_cast<std::uint32_t>((ticks << shift_) / hz_);
    }

    /// How much of a rate per second falls into one tick, and back; rounded down and up.
    constexpr std::uint32_t share_of_second(std::uint64_t rate) const {
        return static_cast<std::uint32_t>((rate << shift_) / hz_);
    }
    constexpr std::uint32_t in_a_second(std::uint64_t rate) const {
        return static_cast<std::uint32_t>((rate * hz_ + (1u << shift_) - 1) >> shift_);
    }

private:
    std::uint32_t hz_;
    std::uint32_t shift_;
};

}  // namespace drover::dataplane
