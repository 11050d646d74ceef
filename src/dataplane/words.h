// Single-word access to memory that the packet path reads or writes at the same time (contract.h: user space changes
// what is read there only by single aligned stores).
#pragma once

#include <atomic>

namespace drover::dataplane {

template <class Word>
Word load(Word const& word) {
    return std::atomic_ref<Word>(const_cast<Word&>(word)).load(std::memory_order_acquire);
}

template <class Word>
void store(Word& word, Word value) {
    std::atomic_ref<Word>(word).store(value, std::memory_order_release);
}

/// True if the word still held `was` and now holds `is`.
template <class Word>
bool swap(Word& word, Word was, Word is) {
    return std::atomic_ref<Word>(word).compare_exchange_strong(was, is, std::memory_order_acq_rel);
}

template <class Word>
void add(Word& word, Word amount) {
    std::atomic_ref<Word>(word).fetch_add(amount, std::memory_order_relaxed);
}

}  // namespace drover::dataplane
