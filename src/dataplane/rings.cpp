#include "dataplane/rings.h"

namespace drover::dataplane {

using contract::RING_CHUNK;

std::uint32_t Rings::chunks_for(std::uint32_t length) { return (length + RING_CHUNK - 1) / RING_CHUNK; }

std::uint16_t& Rings::place(std::uint64_t word, std::uint32_t number) const {
    return chunks_[first(word) + number / RING_CHUNK].server[number % RING_CHUNK];
}

void Rings::reserve(std::uint64_t word) {
    if (word == 0) return;
    space_.reserve(first(word), chunks_for(length(word)));
    digests_[word] = digest(word);
}

std::optional<std::uint64_t> Rings::write(std::vector<std::uint16_t> const& turn) {
    auto const slots = static_cast<std::uint32_t>(turn.size());
    if (slots == 0) return 0;
    auto const free = space_.allocate(chunks_for(slots));
    if (!free) return std::nullopt;
    std::uint64_t const word = contract::ring_word(*free, slots);
    for (std::uint32_t i = 0; i < slots; ++i) place(word, i) = turn[i];
    digests_[word] = digest(word);
    return word;
}

void Rings::release(std::uint64_t word) {
    space_.release(first(word), chunks_for(length(word)));
    digests_.erase(word);
}

bool Rings::is_whole(std::uint64_t word) const {
    auto const known = digests_.find(word);
    return word == 0 || (known != digests_.end() && known->second == digest(word));
}

/// FNV-1a by places.
std::uint64_t Rings::digest(std::uint64_t word) const {
    std::uint64_t sum = 0xcbf29ce484222325;
    if (std::uint64_t{first(word)} + chunks_for(length(word)) > chunks_.size()) return sum;
    for (std::uint32_t i = 0; i < length(word); ++i) sum = (sum ^ place(word, i)) * 0x100000001b3;
    return sum;
}

bool Rings::holds(std::uint64_t word, std::vector<std::uint16_t> const& turn) const {
    if (length(word) != turn.size()) return false;
    for (std::uint32_t i = 0; i < turn.size(); ++i)
        if (place(word, i) != turn[i]) return false;
    return true;
}

std::optional<std::vector<std::uint16_t>> Rings::read(std::uint64_t word) const {
    if (std::uint64_t{first(word)} + chunks_for(length(word)) > chunks_.size()) return std::nullopt;
    std::vector<std::uint16_t> turn;
    for (std::uint32_t i = 0; i < length(word); ++i) turn.push_back(place(word, i));
    return turn;
}

}  // namespace drover::dataplane
