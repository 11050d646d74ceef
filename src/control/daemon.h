// The daemon as the control socket sees it. app/ carries it out; tests play a fake. Every function is called on the
// thread of the server's event loop and shall answer at once from what is already known.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/endpoint.h"
#include "base/result.h"
#include "control/status.h"
#include "model/author.h"
#include "model/edit.h"
#include "model/handover.h"
#include "model/observed.h"

namespace drover::control {

/// Walks the connection table. Rows come and go during the walk: one that lives through all of it is seen once.
class ConnectionCursor {
public:
    virtual ~ConnectionCursor() = default;
    /// Adds the next rows to `rows` (handed in empty), about `most` of them; false at the end, when none is added.
    /// The daemon does other work in between, for as long as the reader takes.
    virtual bool next(std::vector<model::ConnectionRow>& rows, std::size_t most) = 0;
};

class Daemon {
public:
    virtual ~Daemon() = default;
    virtual About about() = 0;
    virtual model::DataplaneObserved dataplane() = 0;
    virtual std::vector<model::InstanceObserved> instances() = 0;
    virtual std::vector<model::CheckObserved> checks() = 0;
    virtual std::unique_ptr<ConnectionCursor> connections() = 0;
    virtual model::SyncObserved sync() = 0;
    /// An error leaves everything as it was; its message says what is wrong with the file.
    virtual Result<ReloadReport> reload() = 0;
    /// What live commands have changed on configured services, and the timeouts, is as configured again.
    virtual Result<ReloadReport> discard_changes() = 0;
    /// One outcome for each edit, in order; one that is refused does not keep those behind it from being carried out. An
    /// error: the packet path has no room for them all, and nothing was changed.
    virtual Result<std::vector<model::EditOutcome>> edit(std::span<model::Edit const> edits, model::Author const& author) = 0;
    /// Counters and rates of the service and its servers, or of all, begin at nought; an error: there is no such service.
    virtual Result<ZeroReport> zero(std::optional<ServiceKey> const& service) = 0;

    /// Begins; handover() tells how it goes. An error: one is under way.
    virtual Result<void> hand_over(HandoverRequest const& request) = 0;
    virtual model::HandoverObserved handover() = 0;
    /// Begins; when it is done the daemon is another. An error: one is under way, or this author may not ask for it.
    virtual Result<void> upgrade(UpgradeRequest const& request, model::Author const& author) = 0;
    virtual UpgradeReport upgrade_report() = 0;
};

}  // namespace drover::control
