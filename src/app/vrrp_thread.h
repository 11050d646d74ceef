// The VRRP thread's handle: what the rest of the daemon sees of it. The thread owns the election of all instances, their
// virtual addresses and routes, and gratuitous ARP; nothing that others do here makes it wait.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "app/vrrp_mailbox.h"
#include "base/result.h"
#include "model/observed.h"
#include "vrrp/notify.h"
#include "vrrp/role_board.h"

namespace drover::app {

class VrrpThread {
public:
    using Notify = std::function<void(vrrp::StateChange)>;

    /// `board` must outlive it. Both are called from the VRRP thread and must only post: `notify` for every change of
    /// state, `join` when an instance wants the connections of its peers; joined() answers it.
    VrrpThread(VirtualRouters routers, vrrp::RoleBoard& board, Notify notify, std::function<void()> join = [] {});
    /// As leave(), if it still runs.
    ~VrrpThread();
    VrrpThread(VrrpThread const&) = delete;
    VrrpThread& operator=(VrrpThread const&) = delete;

    /// Opens its sockets in the caller's network namespace, starts the thread and returns when it has started the
    /// instances: observed() names each of them from then on. Fails without CAP_NET_RAW or CAP_NET_ADMIN, with a
    /// sentence. Call it once.
    Result<void> start();

    /// A reload; returns when the thread has carried it out. Instances are matched by name: one that is still the same
    /// virtual router (interface, VRID) keeps its state, and what has changed of it is reconciled; one that is gone stops
    /// as in stop().
    void apply(VirtualRouters routers);

    /// What is known of all that is tracked; before start(), too. What the instances track and is not among these is not
    /// known yet.
    void track(std::vector<vrrp::SeenTrack> tracks);

    /// The connections of the peers are here, or cannot be had.
    void joined();

    /// A step of a planned handover; returns when the thread has carried it out.
    void carry_out(HandoverStep& step);

    /// As the thread saw it a moment ago.
    std::vector<model::InstanceObserved> observed() const;

    /// Orderly: priority 0 is sent, addresses and routes go, gates are shut, notify_stop is posted; then the thread ends.
    void stop();
    /// Ends the thread and leaves addresses, routes and gates as they are, for a daemon that follows at once.
    void leave();

private:
    VirtualRouters routers_;
    std::vector<vrrp::SeenTrack> tracks_;
    vrrp::RoleBoard& board_;
    Notify notify_;
    std::function<void()> join_;
    struct Running;
    std::unique_ptr<Running> running_;
};

}  // namespace drover::app
