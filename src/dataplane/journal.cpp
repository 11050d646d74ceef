#include "dataplane/journal.h"

#include "dataplane/words.h"

namespace drover::dataplane {

namespace {

/// A reader who is behind by more than half of the journal goes on a quarter behind, so that no writer catches it up while
/// it reads.
constexpr std::uint64_t kMostBehind = contract::JOURNAL_ENTRIES / 2, kGoOnBehind = contract::JOURNAL_ENTRIES / 4;

contract::journal_entry& entry_at(Tables const& tables, std::uint64_t number) {
    return tables.journal[number % contract::JOURNAL_ENTRIES];
}

}  // namespace

void Journal::listen(bool on) {
    if (on) read_ = load(tables_.journal_head->next);
    store(tables_.journal_head->on, __u32{on});
}

std::uint64_t Journal::waiting() const { return load(tables_.journal_head->next) - read_; }

std::optional<SlotKey> Journal::next() {
    auto const behind = waiting();
    if (behind == 0) return std::nullopt;
    if (behind > kMostBehind) {
        lost_ += behind - kGoOnBehind;
        read_ += behind - kGoOnBehind;
    }
    auto const& entry = entry_at(tables_, read_);
    if (load(entry.number) != read_ + 1) return std::nullopt;
    ++read_;
    return SlotKey{{load(entry.key[0]), load(entry.key[1]), load(entry.key[2])}};
}

void Journal::write(Tables const& tables, SlotKey const& wide) {
    if (tables.journal_head == nullptr || load(tables.journal_head->on) == 0) return;
    auto const number = std::atomic_ref(tables.journal_head->next).fetch_add(1);
    auto& entry = entry_at(tables, number);
    store(entry.number, __u64{0});
    for (std::size_t i = 0; i < wide.words.size(); ++i) store(entry.key[i], wide.words[i]);
    store(entry.number, number + 1);
}

}  // namespace drover::dataplane
