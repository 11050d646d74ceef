// Memory that no new packet reaches and that packets under way may still be reading: it may be used for something else once
// those have ended.
#pragma once

#include <cstdint>
#include <vector>

#include "dataplane/book.h"
#include "dataplane/rings.h"
#include "dataplane/tables.h"

namespace drover::dataplane {

class Grace {
public:
    Grace(Tables const& tables, Kernel& kernel, Book& book, Rings& rings)
        : tables_(tables), kernel_(kernel), book_(book), rings_(rings) {}

    void leave_ring(std::uint64_t word);
    /// The service has moved to a larger stretch of records: what is still counted in the old ones follows in end().
    void leave_records(std::uint32_t id, Book::Stretch const& old);
    /// Entries of the service table may mean something else from now on; and when one is to do so.
    void leave_vip() { since_.vips = true; }
    void before_new_vip();

    /// True if there is something to wait for; then call end() once a Kernel::wait_for_readers() that began after this has
    /// ended.
    bool begin();
    void end();
    /// Room is needed now: waits itself.
    void end_at_once();

private:
    struct Move {
        std::uint32_t id = 0;
        Book::Stretch old;
        std::vector<contract::traffic> counted;  // in the old records when they were left
    };
    struct Left {
        std::vector<Move> moves;
        std::vector<std::uint64_t> rings;
        bool vips = false;
        bool is_empty() const { return moves.empty() && rings.empty() && !vips; }
    };
    void carry(std::uint32_t record, contract::traffic const& amount);

    Tables tables_;
    Kernel& kernel_;
    Book& book_;
    Rings& rings_;
    Left since_;  // begin() was called last
    Left waiting_;
};

/// What makes a count that is not ours show nought when it is carried along.
contract::traffic negated(contract::traffic const& past);

}  // namespace drover::dataplane
