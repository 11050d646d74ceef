// Between the VRRP thread and the others: commands in, a picture of the instances out. The VRRP thread never waits here:
// where another thread holds the lock just then, it comes back a moment later.
#pragma once

#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <variant>
#include <vector>

#include "app/inheritance.h"
#include "base/result.h"
#include "loop/io/fd.h"
#include "base/time.h"
#include "model/instance.h"
#include "model/links.h"
#include "model/observed.h"
#include "model/sync_group.h"
#include "vrrp/conditions.h"

namespace drover::app {

/// What the VRRP thread is to run.
struct VirtualRouters {
    std::vector<model::Instance> instances;
    std::vector<model::SyncGroup> groups;
    Duration join_patience{0};  ///< for the connections of the peers (vrrp::Settings)
    std::vector<Told> told{};  ///< by the daemon that this one was before an upgrade
    model::Links links{};
    TimePoint held_until{};    ///< no instance starts before, unless it resumes
    bool tell_states = false;  ///< FIFOs are told what those are that run already
    bool operator==(VirtualRouters const&) const = default;
};

struct HandoverStep;

struct VrrpCommand {
    enum class Kind { apply, track, joined, handover, stop, leave };
    Kind kind = Kind::apply;
    VirtualRouters routers{};                ///< for apply
    std::vector<vrrp::SeenTrack> tracks{};   ///< for track: all of them
    HandoverStep* step = nullptr;            ///< for handover
    std::promise<void> done{};               ///< kept when it is carried out
};

using VrrpPicture = std::vector<model::InstanceObserved>;

class VrrpMailbox {
public:
    static Result<std::unique_ptr<VrrpMailbox>> open();

    // For other threads.

    /// Returns when the VRRP thread has carried it out.
    void post(VrrpCommand command);
    VrrpPicture picture() const;

    // For the VRRP thread.

    /// Readable when commands wait (or the lock was held at the last take()).
    int fd() const { return wake_.get(); }
    std::vector<VrrpCommand> take();
    /// False: the lock was held; try again soon.
    bool publish(std::shared_ptr<VrrpPicture const> picture);

private:
    explicit VrrpMailbox(loop::Fd wake) : wake_(std::move(wake)) {}
    void ring() const;

    loop::Fd wake_;  ///< eventfd
    mutable std::mutex mutex_;
    std::vector<VrrpCommand> commands_;
    std::shared_ptr<VrrpPicture const> picture_ = std::make_shared<VrrpPicture>();
};

}  // namespace drover::app
