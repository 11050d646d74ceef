// What the peers know of each slot: the meta word as it was told to them, or heard from them. By slot number. Several threads
// may write; of two that write to one slot either may be the last.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

#include "bpf/contract.h"

namespace drover::dataplane {

class Told {
public:
    /// Memory that nobody has written to costs nothing: a table is rarely full.
    explicit Told(std::size_t slots) : metas_(static_cast<std::uint64_t*>(std::calloc(slots, sizeof(std::uint64_t)))) {
        if (metas_ == nullptr) throw std::bad_alloc();
    }

    void set(std::size_t slot, std::uint64_t meta) { word(slot).store(meta, std::memory_order_relaxed); }
    /// But for the time of the last packet they know this.
    bool knows(std::size_t slot, std::uint64_t meta) const {
        return ((get(slot) ^ meta) & ((std::uint64_t{1} << contract::META_TICK_SHIFT) - 1)) == 0;
    }
    /// By how many ticks the last packet is later than the one they know of.
    std::uint32_t moved(std::size_t slot, std::uint64_t meta) const {
        return contract::meta_age(get(slot), contract::meta_tick(meta));
    }

private:
    std::atomic_ref<std::uint64_t> word(std::size_t slot) const { return std::atomic_ref(metas_.get()[slot]); }
    std::uint64_t get(std::size_t slot) const { return word(slot).load(std::memory_order_relaxed); }

    struct Free {
        void operator()(void* memory) const { std::free(memory); }
    };
    std::unique_ptr<std::uint64_t, Free> metas_;
};

}  // namespace drover::dataplane
