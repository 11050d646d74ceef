// The connection table as two directors have it together: what is told of it, and what is put into it. Each is one thread's;
// the names of services and servers must stand still meanwhile (BpfDataplane::hold_names()).
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "dataplane/news.h"
#include "dataplane/replica.h"

namespace drover::dataplane {

class Exchange {
public:
    /// `told`: shared by all exchanges of a table, and as large as that.
    Exchange(Tables const& tables, Book const& book, Ticks ticks, std::shared_ptr<Told> told)
        : translation_(tables, book, ticks),
          slots_(tables, [this](SlotKey const& key, std::uint64_t meta) {
              return contract::meta_age(meta, now_) > translation_.timeout_of(key, meta);
          }),
          told_(std::move(told)), replica_(translation_, slots_, *told_), news_(tables, translation_, slots_, *told_, ticks) {}
    Exchange(Exchange const&) = delete;
    Exchange& operator=(Exchange const&) = delete;

    /// Tick of what follows.
    void set_now(std::uint32_t now) { now_ = now; }

    void put(sync::Connection const& connection) { replica_.put(connection, now_); }
    model::SyncTaken const& taken() const { return replica_.counters(); }

    News& news() { return news_; }
    std::size_t slots() const { return slots_.size(); }
    bool collect(std::vector<sync::Connection>& connections, News::Measure const& measure) {
        return news_.collect(connections, measure, now_);
    }

private:
    Translation translation_;
    std::uint32_t now_ = 0;
    SlotTable slots_;
    std::shared_ptr<Told> told_;
    Replica replica_;
    News news_;
};

}  // namespace drover::dataplane
