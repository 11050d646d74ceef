// One pass over the connection table, once a second, from a thread of its own and without system calls: ends what is past
// its timeout, keeps templates for as long as their connections live, frees slots whose owner was lost, and recounts.
#pragma once

#include <bitset>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "dataplane/slot_ref.h"
#include "dataplane/tables.h"
#include "dataplane/ticks.h"

namespace drover::dataplane {

struct SweepResult {
    std::uint64_t entries = 0;    ///< live after the pass, templates included
    std::uint64_t wide = 0;       ///< of `entries`, those in the wide table
    std::uint64_t templates = 0;
    std::uint64_t expired = 0;
    std::uint64_t dropped = 0;    ///< ended early by drop_entry
    std::uint64_t stuck = 0;      ///< freed because their owner never came back
    std::uint64_t corrected = 0;  ///< servers whose load counters were off
};

class Sweeper {
public:
    Sweeper(Tables const& tables, Ticks ticks);

    /// `now` as the packet path counts it.
    SweepResult sweep(std::uint32_t now);

private:
    struct Due {  // a template past its timeout: the next pass sees whether a connection keeps it
        __u64* word = nullptr;
        std::uint64_t meta = 0;
        bool kept = false;
        bool wide = false;
    };
    using DueTemplates = std::unordered_map<SlotKey, Due>;
    struct Load {
        std::int32_t active = 0, inactive = 0, persistent = 0;
        bool operator==(Load const&) const = default;
    };

    template <class Bucket>
    void pass_over(std::span<Bucket> buckets, std::uint32_t now, SweepResult& result);
    void visit(SlotRef slot, std::uint32_t now, SweepResult& result);
    void visit_template(SlotRef slot, SlotKey const& key, std::uint64_t meta, std::uint32_t now);
    void visit_unfinished(SlotRef slot, std::uint64_t meta, std::uint32_t now, SweepResult& result);
    void keep_template_of(SlotKey const& key, bool is_wide);
    bool is_orphaned(SlotKey const& key, std::uint64_t meta) const;
    bool drops(std::uint64_t meta, std::uint32_t now);
    void decide_due(std::uint32_t now, SweepResult& result);
    void recount(SweepResult& result);
    void limit(SweepResult const& result);
    bool expire(__u64& word, SlotKey const& key, std::uint64_t meta);
    std::uint32_t record_of(SlotKey const& key, std::uint64_t meta) const;

    Tables tables_;
    std::uint32_t rearm_ticks_;  // IPVS: 60 s
    std::uint32_t lost_ticks_;   // an owner that has not come back for so long never will
    std::uint32_t idle_ticks_;   // drop_entry
    DueTemplates due_, newly_due_;
    std::bitset<65536> due_filter_;
    struct Unfinished {  // a slot in BUSY or CLAIM
        std::uint32_t generation = 0;
        std::uint32_t since = 0;  // tick
    };
    std::unordered_map<__u64*, Unfinished> unfinished_, newly_unfinished_;  // by meta word
    std::uint64_t entries_ = 0;  // at the end of the last pass
    std::uint32_t pass_ = 0, turn_ = 0;
    struct Count {
        Load counted, shown;
        bool operator==(Count const&) const = default;
    };
    std::vector<Load> counted_;
    std::vector<Count> last_;  // of the pass before
};

}  // namespace drover::dataplane
