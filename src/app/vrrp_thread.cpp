#include "app/vrrp_thread.h"

#include <pthread.h>

#include <csignal>
#include <thread>
#include <utility>

#include "app/realtime.h"
#include "app/vrrp_loop.h"
#include "app/vrrp_mailbox.h"
#include "base/log.h"

namespace drover::app {

struct VrrpThread::Running {
    std::unique_ptr<VrrpMailbox> mailbox;
    std::unique_ptr<VrrpLoop> loop;
    std::thread thread;
};

namespace {

void live(VrrpLoop& loop) {
    ::pthread_setname_np(::pthread_self(), "drover-vrrp");
    // Signals are the main thread's business.
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
    auto const scheduling = run_in_real_time();
    if (scheduling.reason.empty()) {
        log::info("VRRP thread: {}", scheduling.mode);
    } else {
        log::warning("VRRP thread: {} ({})", scheduling.mode, scheduling.reason);
    }
    loop.run();
}

}  // namespace

VrrpThread::VrrpThread(VirtualRouters routers, vrrp::RoleBoard& board, Notify notify, std::function<void()> join)
    : routers_(std::move(routers)), board_(board), notify_(std::move(notify)), join_(std::move(join)) {}

VrrpThread::~VrrpThread() { leave(); }

Result<void> VrrpThread::start() {
    auto mailbox = VrrpMailbox::open();
    if (!mailbox) return std::unexpected(mailbox.error());
    auto loop = VrrpLoop::open(**mailbox, board_, notify_, join_);
    if (!loop) return std::unexpected(loop.error());
    running_ = std::make_unique<Running>(std::move(*mailbox), std::move(*loop), std::thread());
    running_->thread = std::thread(live, std::ref(*running_->loop));
    track(std::exchange(tracks_, {}));
    apply(std::exchange(routers_, {}));
    return {};
}

void VrrpThread::apply(VirtualRouters routers) {
    if (running_) running_->mailbox->post({.kind = VrrpCommand::Kind::apply, .routers = std::move(routers)});
}

void VrrpThread::track(std::vector<vrrp::SeenTrack> tracks) {
    if (running_)
        running_->mailbox->post({.kind = VrrpCommand::Kind::track, .tracks = std::move(tracks)});
    else
        tracks_ = std::move(tracks);
}

void VrrpThread::joined() {
    if (running_) running_->mailbox->post({.kind = VrrpCommand::Kind::joined});
}

void VrrpThread::carry_out(HandoverStep& step) {
    if (running_) running_->mailbox->post({.kind = VrrpCommand::Kind::handover, .step = &step});
}

std::vector<model::InstanceObserved> VrrpThread::observed() const {
    if (!running_) return {};
    return running_->mailbox->picture();
}

void VrrpThread::stop() {
    if (!running_) return;
    running_->mailbox->post({.kind = VrrpCommand::Kind::stop});
    running_->thread.join();
    running_.reset();
}

void VrrpThread::leave() {
    if (!running_) return;
    running_->mailbox->post({.kind = VrrpCommand::Kind::leave});
    running_->thread.join();
    running_.reset();
}

}  // namespace drover::app
