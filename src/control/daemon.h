// The daemon as the control socket sees it. app/ carries it out; tests play a fake. Every function is called on the
// thread of the server's event loop and shall answer at once from what is already known.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "base/result.h"
#include "control/status.h"
#include "model/observed.h"

namespace drover::control {

/// Walks the connection table. Rows come and go during the walk: one that lives through all of it is seen once.
class ConnectionCursor {
public:
    virtual ~ConnectionCursor() = default;
    /// Fills `batch` from its start; says how many rows it wrote, 0 = the end. Called with the daemon's other work in
    /// between, for as long as the reader takes.
    virtual std::size_t next(std::span<model::ConnectionRow> batch) = 0;
};

class Daemon {
public:
    virtual ~Daemon() = default;
    virtual About about() = 0;
    virtual model::DataplaneObserved dataplane() = 0;
    virtual std::vector<model::InstanceObserved> instances() = 0;
    virtual std::vector<model::CheckObserved> checks() = 0;
    virtual std::unique_ptr<ConnectionCursor> connections() = 0;
    /// An error leaves everything as it was; its message says what is wrong with the file.
    virtual Result<ReloadReport> reload() = 0;
};

}  // namespace drover::control
