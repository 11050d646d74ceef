// Planned handovers between drovers, both sides: this director asks a peer to take over, or is asked. The conversation
// is by the stream that peers have for their tables (sync_peer, sync_key); what it means for the election is the VRRP
// thread's business (vrrp_handover.h).
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "app/sync_peers.h"
#include "app/vrrp_handover.h"
#include "app/vrrp_thread.h"
#include "base/result.h"
#include "model/handover.h"
#include "model/observed.h"

namespace drover::app {

class Handover {
public:
    /// What is to be done, and with whom.
    struct Task {
        std::vector<std::string> names = {};  ///< none: all instances that are MASTER
        bool only_ask = false;
        Result<PeerAccess> peers;                ///< an error: why there are none
        std::function<void()> tell_connections;  ///< returns when all that is known of connections has been told
    };

    /// Steps may be taken from now on, until close(), which waits for a handover that is under way.
    void open(VrrpThread& vrrp);
    void close();

    /// Beside the caller; observed() tells how it goes and how it ended. An error: another one is not over yet.
    Result<void> begin(Task task);
    /// At a clean stop: all that is MASTER here goes to a peer that answers soon. False: nothing did.
    bool before_stop(Task task);
    model::HandoverObserved observed() const;

    /// In the thread that has accepted the stream: a peer wants to hand over.
    void answer(sync::SecureStream& stream, std::string const& who, SyncPeers& peers);

private:
    Result<void> carry_out(HandoverStep& step);
    Result<model::HandoverObserved> run(Task const& task, Duration patience);
    Result<model::HandoverObserved> ask(Task const& task, HandoverStep const& offered, Address const& peer,
                                        Duration patience);
    Result<void> switch_over(sync::SecureStream& stream, Task const& task, HandoverStep const& offered,
                             std::vector<model::HandoverPart> theirs, model::HandoverObserved& done);
    void finish(Result<model::HandoverObserved> outcome, bool only_asked);
    Result<std::string> be_relieved(sync::SecureStream& stream, SyncPeers& peers);

    std::mutex stepping_;
    VrrpThread* vrrp_ = nullptr;
    mutable std::mutex shared_;
    model::HandoverObserved seen_;
    std::jthread worker_;
};

/// What a handover would find, as far as it is known without asking the peer.
model::HandoverObserved outlook(model::HandoverObserved seen, Result<PeerAccess> const& peers,
                                model::SyncPeeringObserved const& peering,
                                std::vector<model::InstanceObserved> const& instances);

}  // namespace drover::app
