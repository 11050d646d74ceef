// Directors that hand each other their whole table: this one answers peers that join, and joins them itself, each by an
// encrypted stream of its own (sync/io/bulk.h).
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "dataplane/exchange.h"
#include "dataplane/io/bpf_dataplane.h"
#include "loop/io/fd.h"
#include "model/observed.h"
#include "model/sync.h"
#include "sync/io/key.h"
#include "sync/io/secure_stream.h"

namespace drover::app {

/// All that is needed to speak to a peer.
struct PeerAccess {
    std::vector<Address> peers;
    std::uint16_t port = 0;
    sync::Key key;

    /// For a handover.
    Result<sync::SecureStream> reach(Address const& peer, Duration patience) const;
};

class SyncPeers {
public:
    struct Hooks {
        /// Called from a thread of its own when all that was asked for by join_soon() is done.
        std::function<void()> joined;
        /// Speaks with a peer that has come in to hand over, on the thread that has accepted it.
        std::function<void(sync::SecureStream& stream, std::string const& who, SyncPeers& peers)> answer_handover;
    };

    /// `id`: of the group. An error: the key cannot be used, or the port is taken.
    static Result<std::unique_ptr<SyncPeers>> open(dataplane::BpfDataplane& dataplane, model::SyncPeering const& peering,
                                                   std::uint8_t id, Hooks hooks);
    ~SyncPeers();
    SyncPeers(SyncPeers const&) = delete;
    SyncPeers& operator=(SyncPeers const&) = delete;

    /// Takes over the tables of all peers, one after the other, beside the caller. One that does not answer in the time that
    /// is configured is said.
    void join_soon();

    /// Whether news of connections are heard all the time; if not, a table that was taken over is old a moment later.
    void hears_news(bool hears) { hears_news_ = hears; }
    /// Has all the connections of its peers, or takes them over and waits for that. An error: it has not.
    Result<void> be_complete();

    PeerAccess access() const { return {peering_.peers, peering_.port, key_}; }
    model::SyncPeeringObserved observed() const;

private:
    SyncPeers(dataplane::BpfDataplane& dataplane, model::SyncPeering peering, std::uint8_t id, Hooks hooks, sync::Key key,
              loop::Fd listening, loop::Fd wake);
    void serve(std::stop_token stop);
    void serve_one(loop::Fd socket, std::string const& who);
    void join_when_asked(std::stop_token stop);
    void join();
    Result<std::uint64_t> join_one(Address const& peer, Duration patience);

    dataplane::BpfDataplane& dataplane_;
    model::SyncPeering peering_;
    std::uint8_t id_;
    Hooks hooks_;
    sync::Key key_;
    loop::Fd listening_, wake_;
    std::atomic<bool> hears_news_ = false;
    mutable std::mutex shared_;
    std::condition_variable_any wanted_;
    bool join_wanted_ = false, joins_ = false;
    model::SyncPeeringObserved seen_;
    std::jthread server_, joiner_;
};

}  // namespace drover::app
