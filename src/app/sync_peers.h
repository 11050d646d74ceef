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

#include "base/result.h"
#include "dataplane/exchange.h"
#include "dataplane/io/bpf_dataplane.h"
#include "loop/io/fd.h"
#include "model/observed.h"
#include "model/sync.h"
#include "sync/io/key.h"

namespace drover::app {

class SyncPeers {
public:
    /// `id`: of the group. `joined` is called from a thread of its own when all that was asked for by join_soon() is done.
    /// An error: the key cannot be used, or the port is taken.
    static Result<std::unique_ptr<SyncPeers>> open(dataplane::BpfDataplane& dataplane, model::SyncPeering const& peering,
                                                   std::uint8_t id, std::function<void()> joined);
    ~SyncPeers();
    SyncPeers(SyncPeers const&) = delete;
    SyncPeers& operator=(SyncPeers const&) = delete;

    /// Takes over the tables of all peers, one after the other, beside the caller. One that does not answer in the time that
    /// is configured is said.
    void join_soon();

    model::SyncPeeringObserved observed() const;

private:
    SyncPeers(dataplane::BpfDataplane& dataplane, model::SyncPeering peering, std::uint8_t id, std::function<void()> joined,
              sync::Key key, loop::Fd listening, loop::Fd wake);
    void serve(std::stop_token stop);
    void serve_one(loop::Fd socket, std::string const& who);
    void join_when_asked(std::stop_token stop);
    void join();
    Result<std::uint64_t> join_one(Address const& peer, Duration patience);

    dataplane::BpfDataplane& dataplane_;
    model::SyncPeering peering_;
    std::uint8_t id_;
    std::function<void()> joined_;
    sync::Key key_;
    loop::Fd listening_, wake_;
    mutable std::mutex shared_;
    std::condition_variable_any wanted_;
    bool join_wanted_ = false;
    model::SyncPeeringObserved seen_;
    std::jthread server_, joiner_;
};

}  // namespace drover::app
