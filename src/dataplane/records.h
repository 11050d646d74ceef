// The records of services and servers in the tables, as the packet path reads them. What stands there already is not written
// again, so writing all of them once more is how it is found whether somebody else has changed one.
#pragma once

#include <cstdint>
#include <optional>

#include "base/mac.h"
#include "base/result.h"
#include "dataplane/book.h"
#include "dataplane/port_table.h"
#include "dataplane/tables.h"
#include "dataplane/ticks.h"
#include "dataplane/words.h"
#include "model/desired.h"

namespace drover::dataplane {

/// Where packets for a real server go.
struct NextHop {
    Mac mac;
    std::uint32_t ifindex = 0;
    bool local = false;  ///< the address is this host's own: packets go to its stack
    bool on_link = false;  ///< the MAC is the server's own, no gateway's
    bool operator==(NextHop const&) const = default;
};

class Records {
public:
    Records(Tables const& tables, Kernel& kernel, Ticks ticks, Book const& book, PortTable const& ports)
        : tables_(tables), kernel_(kernel), ticks_(ticks), book_(book), ports_(ports) {}

    /// All of a service but its ring and its servers; `role` is its instance's number.
    Result<void> write_service(std::uint32_t id, model::DesiredService const& service, std::uint32_t role);
    void write_server(std::uint32_t id, std::uint16_t number, model::DesiredServer const& server);
    void write_next_hop(std::uint32_t id, std::uint16_t number, std::optional<NextHop> const& hop);
    /// Whether this host is one of the service's servers, by what write_next_hop() has said of each.
    void write_local_flag(std::uint32_t id);
    void write_ring(std::uint32_t id, std::uint64_t word) { set(tables_.services[id].ring, __u64{word}); }
    /// Where turns begin.
    void reset_cursor(std::uint32_t id, model::SchedulerFlags const& flags, std::size_t start);

    /// Words that were not as they were to be, ever.
    std::uint64_t written() const { return written_; }

private:
    Result<void> write_sources(std::uint32_t id, model::DesiredService const& service);
    template <class Word>
    void set(Word& word, Word value) {
        if (load(word) == value) return;
        store(word, value);
        ++written_;
    }

    Tables tables_;
    Kernel& kernel_;
    Ticks ticks_;
    Book const& book_;
    PortTable const& ports_;
    std::uint64_t written_ = 0;
};

}  // namespace drover::dataplane
