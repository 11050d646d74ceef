#include "app/connection_sync.h"

#include <net/if.h>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "app/sync_loop.h"
#include "base/log.h"

namespace drover::app {

namespace {

/// Before what the host does besides, behind the VRRP thread.
constexpr int kNice = -10;

/// What a command leaves out is IPVS's default.
model::SyncChannel channel_of(model::SyncDaemon const& daemon) {
    model::SyncChannel channel;
    channel.interface = daemon.interface;
    channel.id = daemon.sync_id;
    channel.longest = daemon.max_length;
    if (daemon.group) channel.group = *daemon.group;
    if (daemon.port != 0) channel.port = daemon.port;
    if (daemon.ttl != 0) channel.ttl = daemon.ttl;
    return channel;
}

model::SyncDaemon daemon_of(model::SyncRole role, model::SyncChannel const& channel) {
    return {role, channel.interface, channel.id, channel.longest, channel.group, channel.port, channel.ttl};
}

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

ConnectionSync::ConnectionSync(dataplane::BpfDataplane& dataplane, SyncPeers::Hooks hooks)
    : dataplane_(dataplane), hooks_(std::move(hooks)) {}

ConnectionSync::~ConnectionSync() = default;

void ConnectionSync::apply(model::Sync const& sync) {
    if (sync == configured_) return;
    auto const before = configured_;
    configured_ = sync;
    if (sync.peering != before.peering || sync.daemon.id != before.daemon.id) open_peers();
    bring_in_line();
}

void ConnectionSync::open_peers() {
    bool const had = peers_ != nullptr;
    peers_.reset();  // before the new ones want its port
    if (had) hooks_.joined();  // what the old ones were asked for nobody brings any more
    peers_trouble_.clear();
    if (configured_.peering.key_file.empty()) return;
    auto opened = SyncPeers::open(dataplane_, configured_.peering, configured_.daemon.id, hooks_);
    if (opened) {
        peers_ = std::move(*opened);
    } else {
        peers_trouble_ = opened.error().message;
        log::warning("connection sync: {}", peers_trouble_);
    }
}

void ConnectionSync::join() {
    if (peers_)
        peers_->join_soon();
    else
        hooks_.joined();
}

void ConnectionSync::follow(std::vector<model::SyncDaemon> const& commanded) {
    if (commanded == commanded_) return;
    commanded_ = commanded;
    bring_in_line();
}

std::optional<model::SyncChannel> ConnectionSync::channel(model::SyncRole role) const {
    if (auto const found = std::ranges::find(commanded_, role, &model::SyncDaemon::role); found != commanded_.end())
        return channel_of(*found);
    if (configured_.daemon.interface.empty()) return std::nullopt;
    return configured_.daemon;
}

std::vector<model::SyncDaemon> ConnectionSync::daemons() const {
    std::vector<model::SyncDaemon> found;
    for (auto const role : {model::SyncRole::master, model::SyncRole::backup})
        if (auto const runs = channel(role)) found.push_back(daemon_of(role, *runs));
    return found;
}

void ConnectionSync::bring_in_line() {
    auto const master = channel(model::SyncRole::master), backup = channel(model::SyncRole::backup);
    if (peers_) peers_->hears_news(backup.has_value());
    if (!master && !backup) return thread_.reset();
    if (!thread_) {
        auto wake = SyncLoop::make_wake();
        if (!wake) return log::error("connection sync: {}", wake.error().message);
        thread_ = std::make_shared<Thread>(dataplane_, std::move(*wake));
    }
    SyncLoop::Task task{master, backup, {}, configured_.refresh_period};
    if (master && !master->instance.empty()) task.role = dataplane_.roles().find(master->instance);
    thread_->loop().set(std::move(task));
}

model::SyncObserved ConnectionSync::observed() const {
    auto seen = thread_ ? thread_->loop().observed() : model::SyncObserved{};
    auto const master = channel(model::SyncRole::master), backup = channel(model::SyncRole::backup);
    if (master && seen.master.interface.empty()) seen.master = *master;
    if (backup) seen.backup = *backup;
    if (peers_) seen.peering = peers_->observed();
    if (!peers_trouble_.empty()) seen.notes.push_back(peers_trouble_);
    return seen;
}

Result<PeerAccess> ConnectionSync::peers() const {
    if (configured_.peering.key_file.empty()) return fail("there is no sync_key, without which nothing is handed over");
    if (!peers_) return fail(peers_trouble_);
    auto access = peers_->access();
    if (access.peers.empty()) return fail("there is no sync_peer");
    return access;
}

std::function<void()> ConnectionSync::teller() const {
    return [thread = thread_] {
        if (thread) thread->loop().tell_now();
    };
}

void ConnectionSync::stop() {
    thread_.reset();
    peers_.reset();
}

}  // namespace drover::app
