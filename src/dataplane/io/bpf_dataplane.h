// The data plane as the daemon sees it: desired state in, observations out. One thread calls it (the main one), except
// for what says otherwise; the sweeper has a thread of its own.
#pragma once

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "dataplane/exchange.h"
#include "dataplane/io/bpf_object.h"
#include "dataplane/io/pins.h"
#include "dataplane/flood_watch.h"
#include "dataplane/programmer.h"
#include "dataplane/rates.h"
#include "dataplane/reach.h"
#include "dataplane/rows.h"
#include "dataplane/snapshot.h"
#include "dataplane/sweeper.h"
#include "model/observed.h"

namespace drover::dataplane {

class BpfDataplane {
public:
    static constexpr std::uint64_t kSlots = 2 * 1024 * 1024;  ///< a million connections at half load; 32 MiB

    /// Loads the packet path or takes over what an earlier daemon left running.
    static Result<std::unique_ptr<BpfDataplane>> open(Pins pins, std::uint64_t slots = kSlots);
    ~BpfDataplane();

    /// True if connections, services and roles of an earlier daemon are there.
    bool adopted() const { return object_->adopted(); }

    /// Takes the interface's packets from now on, in the best way it can have or the one that is asked for (attachment.h).
    /// The MAC is the one that frames for this host have.
    Result<model::AttachmentObserved> attach(int ifindex, std::string const& interface, Mac const& mac,
                                             std::optional<model::Taking> taking);
    /// The interface has this MAC now.
    void set_mac(int ifindex, Mac const& mac);
    /// Frames to the virtual MAC addresses of these VRIDs are taken there, too.
    void set_virtual_routers(int ifindex, std::span<std::uint8_t const> vrids);
    /// The interface is gone or not wanted any more.
    void detach(int ifindex);
    /// Interfaces this daemon has attached to.
    std::vector<int> attached() const;
    /// Interfaces on which something of ours is to be undone one day, whichever daemon did it.
    std::vector<int> touched() const { return pins_.interfaces(); }

    Result<std::vector<plan::Change>> apply(model::Desired const& wanted);
    Result<std::vector<plan::Change>> apply_some(std::span<ServiceKey const> keys, std::vector<model::DesiredService> wanted);
    model::Desired const& current() const { return programmer_.current(); }
    void set_next_hop(Address const& server, std::optional<NextHop> const& hop) { programmer_.set_next_hop(server, hop); }

    /// The role words; their wait-free part may be used from any thread.
    Roles& roles() { return programmer_.roles(); }
    /// Whose claims of which addresses make an instance surrender that has fallen silent (bpf/claim.h). All instances that
    /// have a role at once.
    struct Watched {
        std::string instance;
        std::vector<Address> addresses;
        int ifindex = 0;  ///< where its adverts are; 0: there is no such interface
        std::uint8_t virtual_router_id = 0;
        Family family = Family::v4;
        bool accepts = true;  ///< false: as MASTER this host takes no packets to the addresses, but those of services
    };
    Result<void> watch(std::vector<Watched> const& instances);

    /// A peer director's MAC was heard; from any thread.
    bool add_peer(int ifindex, Mac const& peer);

    model::DataplaneObserved observe() const;
    /// Rates, floods, services that nobody can reach, and memory that can be used again: one turn of RateBook::kTurns; call it every kTurnEvery.
    void take_turn(std::int64_t now_unix_us);
    static constexpr Duration kTurnEvery = Estimator::kEvery / RateBook::kTurns;
    /// Counters and rates of one service or of all begin at nought; how many services that are.
    Result<std::size_t> zero(std::optional<ServiceKey> const& service);
    RowCursor connections() const { return {object_->tables(), programmer_.book(), object_->ticks()}; }
    std::uint32_t now() const { return object_->now(); }

    /// For connection sync. While names are held, no service and no server comes or goes; hold them for a moment only.
    std::unique_ptr<Exchange> exchange();
    Snapshot snapshot() const { return {object_->tables(), programmer_.book(), object_->ticks()}; }
    std::unique_lock<std::mutex> hold_names() { return std::unique_lock(names_); }

    void start_sweeping();

    /// Takes the packet path off every interface and removes all pins: connections end here.
    void remove();

private:
    BpfDataplane(Pins pins, std::unique_ptr<BpfObject> object);
    void take_off(int ifindex);
    void look_after_grace();
    void begin_rates(std::vector<plan::Change> const& changes);
    void sweep_until_stopped(std::stop_token stop);
    model::ServiceObserved observe_service(std::uint32_t id, model::DesiredService const& service) const;
    void watch_flood(std::int64_t now_unix_us);
    void watch_reach(model::ServiceObserved const& service);
    model::ServerObserved observe_server(std::uint32_t record, model::DesiredServer const& server) const;

    Pins pins_;
    std::unique_ptr<BpfObject> object_;
    Programmer programmer_;
    std::map<int, model::AttachmentObserved> attached_;  // by interface number
    std::mutex peers_;
    std::mutex names_;  ///< taken by who changes the book, or reads it on another thread than the main one
    std::atomic<std::uint64_t> entries_ = 0, wide_entries_ = 0;
    RateBook rates_;
    Reach reach_;
    FloodWatch flood_;
    std::uint32_t turn_ = 0;
    std::shared_ptr<Told> told_;  ///< made for the first exchange
    std::jthread sweeper_;
    // Of memory that apply() made unreachable: waits for the packet path to be done with it.
    std::jthread grace_;
    std::atomic<bool> grace_is_over_ = false;
};

}  // namespace drover::dataplane
