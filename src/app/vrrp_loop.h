// The VRRP thread's day: hear adverts, look at the network, take commands, run timers, in this order each time it wakes.
// The order is the point: a director that overslept hears who has taken over before it says a word (machine.h, is_late).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/vrrp_announcer.h"
#include "app/vrrp_ears.h"
#include "app/vrrp_mailbox.h"
#include "app/vrrp_network.h"
#include "app/vrrp_router.h"
#include "base/result.h"
#include "loop/io/fd.h"
#include "vrrp/io/listener.h"
#include "vrrp/io/transmitter.h"
#include "vrrp/sync_group.h"

namespace drover::app {

class VrrpLoop {
public:
    static Result<std::unique_ptr<VrrpLoop>> open(VrrpMailbox& mailbox, vrrp::RoleBoard& board,
                                                  std::function<void(vrrp::StateChange)> const& notify,
                                                  std::function<void()> const& join);
    VrrpLoop(VrrpLoop const&) = delete;
    VrrpLoop& operator=(VrrpLoop const&) = delete;

    /// Obeys the mailbox's commands until one of them is to stop or to leave.
    void run();

private:
    VrrpLoop(VrrpMailbox& mailbox, VrrpNetwork network, vrrp::Transmitter transmitter, loop::Fd timer,
             vrrp::RoleBoard& board, std::function<void(vrrp::StateChange)> const& notify,
             std::function<void()> const& join, std::uint64_t boot);

    void wait();
    void hear_all();
    void hear(int ifindex, vrrp::Frame const& frame, TimePoint now);
    void follow_network();
    void report_links(vrrp::Surroundings const& before, vrrp::Surroundings const& now);
    /// False: the thread shall end.
    bool obey_commands();
    void apply(VirtualRouters routers);
    std::vector<HeldAddress> held_by_masters(std::vector<model::Instance> const& wanted);
    void stop();
    void run_timers();
    void set_timer();
    void publish();

    bool is_vmac(std::string const& interface) const;
    /// At the surroundings, and at what they mean for these instances.
    void look(std::vector<model::Instance const*> const& instances);
    std::vector<model::Instance const*> instances() const;
    void look_around(VrrpNetwork::Changes const& changes);
    void tell_states();
    /// When the surroundings are another although nothing has happened.
    std::optional<TimePoint> looks_again_at() const;
    void regroup(std::vector<model::SyncGroup> groups, std::vector<Told> const& told);
    bool is_grouped(std::string const& instance) const;
    void start(std::vector<VrrpRouter*> const& fresh);
    /// Moves the members of sync groups together.
    void keep_in_step();
    std::vector<VrrpRouter*> members_of(vrrp::SyncGroup const& group);
    bool concerns_us(std::string const& interface) const;

    VrrpMailbox& mailbox_;
    VrrpNetwork network_;
    vrrp::Transmitter transmitter_;
    VrrpAnnouncer announcer_;
    loop::Fd timer_;
    VrrpOutside outside_;
    std::vector<std::unique_ptr<VrrpRouter>> routers_;
    VrrpEars ears_;
    std::vector<vrrp::SyncGroup> groups_;
    std::vector<vrrp::SeenTrack> tracks_;
    vrrp::Surroundings surroundings_;
    vrrp::Judgements judgements_;
    TimePoint held_until_;
    TimePoint heard_at_;
    TimePoint published_at_;
    std::uint64_t published_transitions_ = 0;
    bool publish_again_ = false;
};

}  // namespace drover::app
