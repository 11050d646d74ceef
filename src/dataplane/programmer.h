// Carries a desired state out on the tables, writing what differs and nothing else, in an order in which no packet ever
// meets a half-made service.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/mac.h"
#include "base/result.h"
#include "dataplane/book.h"
#include "dataplane/grace.h"
#include "dataplane/port_table.h"
#include "dataplane/records.h"
#include "dataplane/rings.h"
#include "dataplane/roles.h"
#include "dataplane/tables.h"
#include "dataplane/ticks.h"
#include "dataplane/vip_table.h"
#include "model/desired.h"
#include "plan/diff.h"

namespace drover::dataplane {

class Programmer {
public:
    /// Takes over what the tables hold; fresh ones are all zero.
    Programmer(Tables const& tables, Kernel& kernel, Ticks ticks);

    /// What the tables hold now.
    model::Desired const& current() const { return current_; }

    /// Makes the tables hold `wanted`; returns what was changed. On an error (a limit reached) everything up to it has
    /// been done, and current() tells how far that was. What an earlier daemon died over is brought to its end as well.
    Result<std::vector<plan::Change>> apply(model::Desired const& wanted);

    /// Memory that the packet path may still be reading is kept until it no longer does. Waiting for that may take a third
    /// of a second, so it is left to whoever can wait: true if there is something to wait for; then call end_grace() once
    /// a Kernel::wait_for_readers() that began after this has ended. Only if room is short does apply() wait itself.
    bool begin_grace() { return grace_.begin(); }
    void end_grace() { grace_.end(); }

    /// Looks at the next so many services, and at the settings each time round: what the tables hold otherwise than it was
    /// written, because somebody else has changed it, is written again. Returns which that was, as it is said. What was put
    /// in beside is not found, nor what only user space reads.
    std::vector<std::string> reconcile(std::size_t count);

    /// The same for some services: those of `wanted` shall be like this, the others among `keys` shall be gone. What it
    /// costs depends on these services, not on how many there are beside them.
    Result<std::vector<plan::Change>> apply_some(std::span<ServiceKey const> keys, std::vector<model::DesiredService> wanted);

    /// Counters of the service and its servers, or of all, begin at nought, also for the next daemon. Returns how many
    /// services that are; an error: there is no such service.
    Result<std::size_t> zero(std::optional<ServiceKey> const& service);

    /// Where packets for this address go from now on; nothing: not known, they are dropped and counted.
    void set_next_hop(Address const& server, std::optional<NextHop> const& hop);
    std::optional<NextHop> next_hop(Address const& server) const;
    /// The packet path knows another interface now, or another one no more: next hops name them by their slots.
    void ports_changed();

    Book const& book() const { return book_; }
    Ticks ticks() const { return ticks_; }
    Roles& roles() { return roles_; }
    PortTable& ports() { return ports_; }
    model::Timeouts timeouts() const { return current_.timeouts; }

private:
    void adopt();
    bool adopt_service(std::uint32_t id);
    void adopt_next_hop(std::uint32_t id, std::uint16_t number);
    model::DesiredService read_service(std::uint32_t id) const;
    bool ring_fits(std::uint32_t id, model::DesiredService const& service) const;
    Result<void> carry_out(plan::Change const& change);
    Result<void> carry_all_out(std::vector<plan::Change> const& changes, std::vector<model::DesiredService> const& wanted,
                               std::set<ServiceKey> touched);
    void read_back();
    std::unordered_map<ServiceKey, std::size_t> const& places_in_current();
    void replace_some(std::span<ServiceKey const> keys, std::vector<model::DesiredService> wanted);
    void set_timeouts(model::Timeouts const& timeouts);
    void set_limits(model::Limits const& limits);
    Result<void> add_service(model::DesiredService const& service);
    Result<void> fill_service(std::uint32_t id, model::DesiredService const& service);
    Result<void> remove_service(ServiceKey const& key);
    Result<void> change_service(model::DesiredService const& service);
    Result<void> add_server(std::uint32_t id, model::DesiredServer const& server);
    Result<void> remove_server(std::uint32_t id, std::uint16_t number);
    Result<void> write_service(std::uint32_t id, model::DesiredService const& service);
    model::DesiredServer read_server(std::uint32_t id, std::uint16_t number) const;
    std::vector<std::uint16_t> ring_of(std::uint32_t id, model::DesiredService const& service) const;
    void write_next_hop(std::uint32_t id, std::uint16_t number);
    bool restore(std::uint32_t id, model::DesiredService const& service);
    bool restore_settings();
    Result<void> grow_room(std::uint32_t id);
    void zero_service(std::uint32_t id);
    Result<void> finish(model::DesiredService const& service);
    Result<void> publish_ring(std::uint32_t id, model::DesiredService const& service);
    void retire_servers();

    struct Place {  // of a server in the books
        std::uint32_t id = 0;
        std::uint16_t number = 0;
        auto operator<=>(Place const&) const = default;
    };
    Tables tables_;
    Kernel& kernel_;
    Ticks ticks_;
    Book book_;
    VipTable vips_;
    Roles roles_;
    PortTable ports_;
    Records records_;
    Rings rings_;
    Grace grace_;
    std::unordered_map<std::uint32_t, std::uint64_t> published_;  // ring words of services
    std::unordered_map<Address, NextHop> next_hops_;
    std::unordered_map<Address, std::set<Place>> places_;  // servers in service, by their address
    model::Desired current_;
    std::unordered_map<ServiceKey, std::size_t> current_places_;  // of its services, once they are asked for; else empty
    std::set<ServiceKey> unfinished_;  // their entries in the service table or their rings are not what they shall be
    std::vector<Place> leaving_;       // removed, and to be marked so once no ring names them
    model::Limits limits_written_;     // as they can be read back
    std::size_t next_to_reconcile_ = 0;
};

}  // namespace drover::dataplane
