#include "app/connection_sync.h"

#include <net/if.h>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>

#include "app/sync_loop.h"
#include "base/log.h"

namespace drover::app {

namespace {

/// Before what the host does besides, behind the VRRP thread.
constexpr int kNice = -10;

}  // namespace

class ConnectionSync::Thread {
public:
    Thread(dataplane::BpfDataplane& dataplane, loop::Fd wake) : loop_(dataplane, std::move(wake)), thread_([this] { live(); }) {}
    ~Thread() {
        loop_.stop();
        thread_.join();
    }
    SyncLoop& loop() { return loop_; }

private:
    void live() {
        ::pthread_setname_np(::pthread_self(), "drover-sync");
        // Signals are the main thread's business.
        sigset_t all;
        ::sigfillset(&all);
        ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
        ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNice);
        loop_.run();
    }

    SyncLoop loop_;
    std::thread thread_;
};

ConnectionSync::ConnectionSync(dataplane::BpfDataplane& dataplane) : dataplane_(dataplane) {}

ConnectionSync::~ConnectionSync() = default;

void ConnectionSync::apply(model::Sync const& sync) {
    if (sync == configured_) return;
    auto const before = configured_;
    configured_ = sync;
    if (sync.peering != before.peering || sync.daemon.id != before.daemon.id) open_peers();
    if (sync.daemon == before.daemon) return change(master_, backup_);
    auto const daemon = sync.daemon.interface.empty() ? std::nullopt : std::optional(sync.daemon);
    change(daemon, daemon);
}

void ConnectionSync::open_peers() {
    peers_.reset();  // before the new ones want its port
    peers_trouble_.clear();
    if (configured_.peering.key_file.empty()) return;
    auto opened = SyncPeers::open(dataplane_, configured_.peering, configured_.daemon.id);
    if (opened) {
        peers_ = std::move(*opened);
    } else {
        peers_trouble_ = opened.error().message;
        log::warning("connection sync: {}", peers_trouble_);
    }
}

void ConnectionSync::join() {
    if (peers_) peers_->join();
}

Result<void> ConnectionSync::start(Role role, model::SyncChannel const& daemon) {
    auto const& running = role == Role::master ? master_ : backup_;
    if (running) return fail("this sync daemon runs already", EEXIST);
    if (::if_nametoindex(daemon.interface.c_str()) == 0) return fail_errno("start a sync daemon on " + daemon.interface);
    change(role == Role::master ? daemon : master_, role == Role::backup ? daemon : backup_);
    return {};
}

Result<void> ConnectionSync::stop(Role role) {
    auto const& running = role == Role::master ? master_ : backup_;
    if (!running) return fail("this sync daemon does not run", ESRCH);
    change(role == Role::master ? std::nullopt : master_, role == Role::backup ? std::nullopt : backup_);
    return {};
}

void ConnectionSync::change(std::optional<model::SyncChannel> const& master, std::optional<model::SyncChannel> const& backup) {
    master_ = master;
    backup_ = backup;
    if (!master && !backup) return thread_.reset();
    if (!thread_) {
        auto wake = SyncLoop::make_wake();
        if (!wake) return log::error("connection sync: {}", wake.error().message);
        thread_ = std::make_unique<Thread>(dataplane_, std::move(*wake));
    }
    SyncLoop::Task task{master, backup, {}, configured_.refresh_period, {}};
    if (peers_)
        task.returned = [peers = std::weak_ptr(peers_)] {
            if (auto const still = peers.lock()) still->join_soon();
        };
    if (master && !master->instance.empty()) task.role = dataplane_.roles().find(master->instance);
    thread_->loop().set(std::move(task));
}

model::SyncObserved ConnectionSync::observed() const {
    auto seen = thread_ ? thread_->loop().observed() : model::SyncObserved{};
    if (master_ && seen.master.interface.empty()) seen.master = *master_;
    if (backup_) seen.backup = *backup_;
    if (peers_) seen.peering = peers_->observed();
    if (!peers_trouble_.empty()) seen.notes.push_back(peers_trouble_);
    return seen;
}

void ConnectionSync::stop() {
    thread_.reset();
    peers_.reset();
}

}  // namespace drover::app
