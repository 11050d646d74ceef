// Connection sync at work: a thread that tells the group of directors of this one's connections, and puts into the table what
// it hears of theirs. It knows its role by the gate of its instance.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/sync_peers.h"
#include "base/result.h"
#include "dataplane/io/bpf_dataplane.h"
#include "model/edit.h"
#include "model/observed.h"
#include "model/sync.h"

namespace drover::app {

class ConnectionSync {
public:
    /// The data plane must outlive it. The hooks are called from any thread; `joined` when a join that was asked for is over,
    /// and it must only post.
    ConnectionSync(dataplane::BpfDataplane& dataplane, SyncPeers::Hooks hooks);
    ~ConnectionSync();
    ConnectionSync(ConnectionSync const&) = delete;
    ConnectionSync& operator=(ConnectionSync const&) = delete;

    /// The configuration, at the start and on every reload: both daemons are as it says, unless it says what it said before.
    void apply(model::Sync const& sync);

    /// Takes over the tables of the peers beside the caller, if a key and peers are configured.
    void join();

    /// The daemons that `ipvsadm --start-daemon` has started, all of them; each goes before the configuration's of its role.
    void follow(std::vector<model::SyncDaemon> const& commanded);
    /// Both kinds, as `ipvsadm -L --daemon` lists them.
    std::vector<model::SyncDaemon> daemons() const;

    model::SyncObserved observed() const;

    /// An error: why no peer can be spoken to, a sentence.
    Result<PeerAccess> peers() const;
    /// What tells all that is not told yet and waits for that, on any thread; it holds what it needs for that.
    std::function<void()> teller() const;

    /// What is not told yet is told; then the thread ends.
    void stop();

private:
    class Thread;
    std::optional<model::SyncChannel> channel(model::SyncRole role) const;
    void bring_in_line();

    void open_peers();

    dataplane::BpfDataplane& dataplane_;
    SyncPeers::Hooks hooks_;

    model::Sync configured_;
    std::unique_ptr<SyncPeers> peers_;
    std::string peers_trouble_;  ///< why there are none, a sentence
    std::vector<model::SyncDaemon> commanded_;  ///< one of a role
    std::shared_ptr<Thread> thread_;
};

}  // namespace drover::app
