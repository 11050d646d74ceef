// The rings of all services in the memory that they share: stretches of chunks, each named by a ring word (contract.h).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "bpf/contract.h"
#include "dataplane/range_space.h"

namespace drover::dataplane {

class Rings {
public:
    explicit Rings(std::span<contract::ring_chunk> chunks)
        : chunks_(chunks), space_(0, static_cast<std::uint32_t>(chunks.size())) {}

    /// A ring that is there already.
    void reserve(std::uint64_t word);
    /// Writes a ring where nobody looks yet; its word, 0 for an empty one, nothing when there is no room.
    std::optional<std::uint64_t> write(std::vector<std::uint16_t> const& turn);
    /// Its memory may be used again.
    void release(std::uint64_t word);

    /// The ring is this very one already.
    bool holds(std::uint64_t word, std::vector<std::uint16_t> const& turn) const;
    /// It is as it was written, or reserved.
    bool is_whole(std::uint64_t word) const;
    /// Nothing if it does not lie within the memory.
    std::optional<std::vector<std::uint16_t>> read(std::uint64_t word) const;

    static std::uint32_t length(std::uint64_t word) { return static_cast<std::uint32_t>(word); }

private:
    static std::uint32_t first(std::uint64_t word) { return static_cast<std::uint32_t>(word >> 32); }
    static std::uint32_t chunks_for(std::uint32_t length);
    std::uint64_t digest(std::uint64_t word) const;
    std::uint16_t& place(std::uint64_t word, std::uint32_t number) const;

    std::span<contract::ring_chunk> chunks_;
    RangeSpace space_;
    std::unordered_map<std::uint64_t, std::uint64_t> digests_;  // of what each holds, by its word
};

}  // namespace drover::dataplane
