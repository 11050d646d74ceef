#include "dataplane/sweeper.h"

#include <algorithm>
#include <array>
#include <type_traits>
#include <utility>

#include "dataplane/journal.h"
#include "dataplane/load_count.h"
#include "dataplane/words.h"

namespace drover::dataplane {

namespace {

/// Long against a packet path that its hypervisor has put to sleep: a slot freed under its owner would be written to.
constexpr std::uint32_t kLostSeconds = 5;

/// drop_entry looks at one entry in 32 in each pass, and of established ones at those idle for a minute (ip_vs_conn.c).
constexpr std::uint32_t kDropTurns = 32;
constexpr std::uint32_t kIdleSeconds = 60;
/// drop_entry 1 and 2: the table counts as nearly full from here on.
constexpr std::uint64_t kNearlyFull = 90, kPercent = 100;

std::size_t filter_bit(SlotKey const& key) { return std::hash<SlotKey>{}(key) & 0xffff; }

__u64 const& last_word(contract::narrow_slot const& slot) { return slot.key; }
__u64 const& last_word(contract::wide_slot const& slot) { return slot.key[contract::WIDE_KEY_WORDS - 1]; }

}  // namespace

Sweeper::Sweeper(Tables const& tables, Ticks ticks)
    : tables_(tables), rearm_ticks_(ticks.from_seconds(60)), lost_ticks_(ticks.from_seconds(kLostSeconds)),
      idle_ticks_(ticks.from_seconds(kIdleSeconds)), counted_(tables.servers.size()), last_(tables.servers.size()) {}

SweepResult Sweeper::sweep(std::uint32_t now) {
    SweepResult result;
    std::ranges::fill(counted_, Load{});
    ++pass_;
    turn_ = 0;
    pass_over(tables_.narrow, now, result);
    pass_over(tables_.wide, now, result);
    decide_due(now, result);
    unfinished_ = std::move(newly_unfinished_);
    newly_unfinished_.clear();
    recount(result);
    limit(result);
    return result;
}

/// Nearly every entry is a connection that goes on: it is counted here, and everything else is visit()'s.
template <class Bucket>
void Sweeper::pass_over(std::span<Bucket> buckets, std::uint32_t now, SweepResult& result) {
    std::array<std::uint32_t, std::size(contract::settings{}.timeout)> timeout;
    for (std::size_t state = 0; state < timeout.size(); ++state) timeout[state] = load(tables_.settings->timeout[state]);
    bool const drops = load(tables_.settings->drop_entry) != 0;
    std::uint32_t const watched = contract::FLAG_TEMPLATE | (due_.empty() ? 0u : contract::FLAG_HAS_TEMPLATE);
    std::uint64_t quiet = 0;
    for (auto& bucket : buckets)
        for (auto& slot : bucket.slot) {
            auto const meta = load(slot.meta);
            if (contract::meta_slot_state(meta) == contract::SLOT_FREE) continue;
            auto const& service = tables_.services[contract::key_service(load(last_word(slot)))];
            auto const record = std::size_t{load(service.server_base)} + contract::meta_server(meta);
            bool const is_quiet = contract::meta_slot_state(meta) == contract::SLOT_LIVE && !drops &&
                                  (contract::meta_flags(meta) & watched) == 0 &&
                                  contract::meta_age(meta, now) <= timeout[contract::meta_state(meta)] &&
                                  (load(service.flags) & contract::SERVICE_EXPIRE_NODEST) == 0 && record < counted_.size();
            if (!is_quiet) {
                visit(SlotRef(slot), now, result);
                continue;
            }
            ++quiet;
            ++(is_active(meta) ? counted_[record].active : counted_[record].inactive);
        }
    result.entries += quiet;
    if constexpr (std::is_same_v<Bucket, contract::wide_bucket>) result.wide += quiet;
}

void Sweeper::visit(SlotRef slot, std::uint32_t now, SweepResult& result) {
    auto const meta = load(slot.meta());
    if (contract::meta_slot_state(meta) == contract::SLOT_FREE) return;
    if (contract::meta_slot_state(meta) != contract::SLOT_LIVE) return visit_unfinished(slot, meta, now, result);
    auto const key = slot.key();
    if (is_template(meta)) {
        visit_template(slot, key, meta, now);
    } else {
        auto const timeout = load(tables_.settings->timeout[contract::meta_state(meta)]);
        if (contract::meta_age(meta, now) > timeout) {
            if (expire(slot.meta(), key, meta)) ++result.expired;
            return;
        }
        if (is_orphaned(key, meta)) {
            if (!expire(slot.meta(), key, meta)) return;
            ++result.expired;
            Journal::write(tables_, wide_form(key, slot.is_wide()));
            return;
        }
        if (drops(meta, now)) {
            if (!expire(slot.meta(), key, meta)) return;
            ++result.dropped;
            Journal::write(tables_, wide_form(key, slot.is_wide()));
            return;
        }
        if ((contract::meta_flags(meta) & contract::FLAG_HAS_TEMPLATE) != 0 && !due_.empty()) keep_template_of(key, slot.is_wide());
    }
    ++result.entries;
    if (slot.is_wide()) ++result.wide;
    if (is_template(meta)) ++result.templates;
    auto const record = record_of(key, meta);
    if (record >= counted_.size()) return;
    if (is_template(meta))
        ++counted_[record].persistent;
    else
        ++(is_active(meta) ? counted_[record].active : counted_[record].inactive);
}

void Sweeper::visit_template(SlotRef slot, SlotKey const& key, std::uint64_t meta, std::uint32_t now) {
    auto const timeout = (contract::meta_flags(meta) & contract::FLAG_REARMED) != 0
                             ? rearm_ticks_
                             : load(tables_.services[key.service()].persistence);
    if (contract::meta_age(meta, now) > timeout && !due_.contains(key)) newly_due_[key] = {&slot.meta(), meta, false, slot.is_wide()};
}

void Sweeper::visit_unfinished(SlotRef slot, std::uint64_t meta, std::uint32_t now, SweepResult& result) {
    auto* const word = &slot.meta();
    auto const seen = unfinished_.find(word);
    Unfinished is{contract::meta_generation(meta), now};
    if (seen != unfinished_.end() && seen->second.generation == is.generation) is.since = seen->second.since;
    if (((now - is.since) & contract::TICK_MASK) <= lost_ticks_)
        newly_unfinished_[word] = is;
    else if (swap(*word, __u64{meta}, __u64{contract::meta_freed(meta)}))
        ++result.stuck;
}

void Sweeper::keep_template_of(SlotKey const& key, bool is_wide) {
    auto const wanted = template_key(key, is_wide, tables_.services[key.service()].persistence_mask);
    if (!due_filter_[filter_bit(wanted)]) return;
    if (auto const found = due_.find(wanted); found != due_.end()) found->second.kept = true;
}

/// With expire_nodest_conn IPVS ends the connections of a server when it is removed.
bool Sweeper::is_orphaned(SlotKey const& key, std::uint64_t meta) const {
    if ((load(tables_.services[key.service()].flags) & contract::SERVICE_EXPIRE_NODEST) == 0) return false;
    auto const record = record_of(key, meta);
    return record < tables_.servers.size() && (load(tables_.servers[record].flags) & contract::SERVER_AVAILABLE) == 0;
}

/// IPVS's drop_entry: half-open entries go, and established ones that have been idle; a thirty-second of all in each
/// pass. IPVS spares those with many packets, which nobody counts here.
bool Sweeper::drops(std::uint64_t meta, std::uint32_t now) {
    auto const mode = load(tables_.settings->drop_entry);
    if (mode == 0 || turn_++ % kDropTurns != pass_ % kDropTurns) return false;
    auto const slots = (tables_.narrow.size() + tables_.wide.size()) * contract::BUCKET_SLOTS;
    if (mode < 3 && entries_ * kPercent < slots * kNearlyFull) return false;
    switch (contract::meta_state(meta)) {
        case contract::STATE_SYN_RECV:
        case contract::STATE_SYNACK:
        case contract::STATE_SCTP_INIT1:
        case contract::STATE_SCTP_INIT: return true;
        case contract::STATE_ESTABLISHED:
        case contract::STATE_UDP:
        case contract::STATE_SCTP_ESTABLISHED: return contract::meta_age(meta, now) > idle_ticks_;
        default: return false;
    }
}

/// How many entries may still be made until the next pass (conn_max).
void Sweeper::limit(SweepResult const& result) {
    entries_ = result.entries;
    auto const most = load(tables_.settings->conn_max);
    if (most != 0) store(tables_.settings->entries_left, static_cast<__s64>(most - std::min<std::uint64_t>(most, entries_)));
}

/// What was due in the last pass has now seen a whole pass of connections: kept ones go on for 60 s, as in IPVS
/// (ip_vs_conn_expire), the others end. A connection that came meanwhile has changed the template, and both CAS fail.
void Sweeper::decide_due(std::uint32_t now, SweepResult& result) {
    for (auto& [key, due] : due_) {
        if (!due.kept) {
            if (expire(*due.word, key, due.meta)) {
                ++result.expired;
                --result.entries;
                if (due.wide) --result.wide;
                --result.templates;
            }
            continue;
        }
        auto const rearmed = contract::make_meta(contract::SLOT_LIVE, contract::meta_generation(due.meta),
                                                 contract::meta_server(due.meta), contract::STATE_NONE,
                                                 contract::meta_flags(due.meta) | contract::FLAG_REARMED, now);
        swap(*due.word, __u64{due.meta}, __u64{rearmed});
    }
    due_ = std::move(newly_due_);
    newly_due_.clear();
    due_filter_.reset();
    for (auto const& [key, due] : due_) due_filter_[filter_bit(key)] = true;
}

bool Sweeper::expire(__u64& word, SlotKey const& key, std::uint64_t meta) {
    if (!swap(word, __u64{meta}, __u64{contract::meta_freed(meta)})) return false;
    count_load(tables_, record_of(key, meta), meta, 0);
    return true;
}

std::uint32_t Sweeper::record_of(SlotKey const& key, std::uint64_t meta) const {
    return load(tables_.services[key.service()].server_base) + contract::meta_server(meta);
}

/// The packet path counts while we do, so a difference means something only if it stands still: two passes that found
/// the same entries and the same counters, a second apart.
void Sweeper::recount(SweepResult& result) {
    for (std::size_t record = 0; record < counted_.size(); ++record) {
        auto& now = tables_.loads[record];
        Load const& counted = counted_[record];
        Count const seen{counted,
                         {static_cast<std::int32_t>(load(now.active)), static_cast<std::int32_t>(load(now.inactive)),
                          static_cast<std::int32_t>(load(now.persistent))}};
        auto const before = std::exchange(last_[record], seen);
        if (seen.counted == seen.shown || seen != before) continue;
        add(now.active, static_cast<__u32>(counted.active - seen.shown.active));
        add(now.inactive, static_cast<__u32>(counted.inactive - seen.shown.inactive));
        add(now.persistent, static_cast<__u32>(counted.persistent - seen.shown.persistent));
        judge_load(tables_, static_cast<std::uint32_t>(record), counted.active + counted.inactive > seen.shown.active + seen.shown.inactive);
        ++result.corrected;
    }
}

}  // namespace drover::dataplane
