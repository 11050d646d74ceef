// Connection sync at work: a thread that tells the group of directors of this one's connections, and puts into the table what
// it hears of theirs. It knows its role by the gate of its instance.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "app/sync_peers.h"
#include "base/result.h"
#include "dataplane/io/bpf_dataplane.h"
#include "model/observed.h"
#include "model/sync.h"

namespace drover::app {

class ConnectionSync {
public:
    /// ipvsadm's two daemons.
    enum class Role { master, backup };

    /// The data plane must outlive it.
    explicit ConnectionSync(dataplane::BpfDataplane& dataplane);
    ~ConnectionSync();
    ConnectionSync(ConnectionSync const&) = delete;
    ConnectionSync& operator=(ConnectionSync const&) = delete;

    /// The configuration, at the start and on every reload: both daemons are as it says, unless it says what it said before.
    void apply(model::Sync const& sync);

    /// Takes over the tables of the peers and waits for that, if a key and peers are configured.
    void join();

    /// One daemon, by hand. An error: it runs already (EEXIST), or there is no such interface.
    Result<void> start(Role role, model::SyncChannel const& daemon);
    /// An error: it does not run (ESRCH).
    Result<void> stop(Role role);

    model::SyncObserved observed() const;

    /// What is not told yet is told; then the thread ends.
    void stop();

private:
    class Thread;
    void change(std::optional<model::SyncChannel> const& master, std::optional<model::SyncChannel> const& backup);

    dataplane::BpfDataplane& dataplane_;
    void open_peers();

    model::Sync configured_;
    std::shared_ptr<SyncPeers> peers_;  ///< the loop may be about to call it
    std::string peers_trouble_;  ///< why there are none, a sentence
    std::optional<model::SyncChannel> master_, backup_;  ///< that shall run
    std::unique_ptr<Thread> thread_;
};

}  // namespace drover::app
