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

VrrpThread::VrrpThread(std::vector<model::Instance> instances, vrrp::RoleBoard& board,
                       std::function<void(vrrp::NotifyEvent)> notify)
    : instances_(std::move(instances)), board_(board), notify_(std::move(notify)) {}

VrrpThread::~VrrpThread() { leave(); }

Result<void> VrrpThread::start() {
    auto mailbox = VrrpMailbox::open();
    if (!mailbox) return std::unexpected(mailbox.error());
    auto loop = VrrpLoop::open(**mailbox, board_, notify_);
    if (!loop) return std::unexpected(loop.error());
    running_ = std::make_unique<Running>(std::move(*mailbox), std::move(*loop), std::thread());
    running_->thread = std::thread(live, std::ref(*running_->loop));
    apply(std::exchange(instances_, {}));
    return {};
}

void VrrpThread::apply(std::vector<model::Instance> instances) {
    if (running_) running_->mailbox->post({VrrpCommand::Kind::apply, std::move(instances), {}});
}

std::vector<model::InstanceObserved> VrrpThread::observed() const {
    if (!running_) return {};
    return running_->mailbox->picture();
}

void VrrpThread::stop() {
    if (!running_) return;
    running_->mailbox->post({VrrpCommand::Kind::stop, {}, {}});
    running_->thread.join();
    running_.reset();
}

void VrrpThread::leave() {
    if (!running_) return;
    running_->mailbox->post({VrrpCommand::Kind::leave, {}, {}});
    running_->thread.join();
    running_.reset();
}

}  // namespace drover::app
